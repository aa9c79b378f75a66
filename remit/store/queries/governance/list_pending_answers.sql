-- List a person's answers that do not count yet or were refused, newest first.
SELECT pending_answer.review, answer, said_at, due_at, refused, review.packet ->> 'proposal' AS proposal, review.worker
FROM pending_answer JOIN review ON review.id = pending_answer.review
WHERE pending_answer.person = $1 ORDER BY said_at DESC LIMIT 20
