-- List what a person approved since a moment and what did not happen all the same, newest first.
SELECT review.id, review.run, review.packet ->> 'proposal' AS proposal, action.state, action.reason
FROM answer JOIN review ON review.id = answer.review JOIN action ON action.run = review.run AND action.step = review.step
WHERE answer.person = $1 AND answer.verdict = 'approve' AND answer.answered_at >= $2
    AND action.state IN ('failed', 'forbidden', 'unknown')
ORDER BY answer.answered_at DESC LIMIT 5
