-- List what people answered to the reviews of a run, oldest first, and what they changed.
SELECT review.id AS review, review.step, answer.person, answer.verdict, answer.role, answer.reason, answer.code, answer.edited,
    answer.answered_at, coalesce(delegation.delegator, '') AS delegator,
    (SELECT changes FROM feedback WHERE feedback.review = review.id AND feedback.person = answer.person AND kind = 'edit'
        ORDER BY given_at DESC LIMIT 1) AS changes
FROM review JOIN answer ON answer.review = review.id LEFT JOIN delegation ON delegation.id = answer.delegation
WHERE review.run = $1 ORDER BY answer.answered_at
