-- List what a person is asked about reviews that are open, oldest first.
SELECT question.id, question.review, question.asked_by, question.words, question.asked_at, review.worker, review.operation
FROM question JOIN review ON review.id = question.review
WHERE question.asked_of = $1 AND question.replied_at IS NULL AND review.state = 'open'
ORDER BY question.asked_at, question.id LIMIT $2
