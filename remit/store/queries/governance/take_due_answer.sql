-- Take the next answer whose time has come, and what its person typed; it is gone exactly if the answer is written.
WITH due AS (
    SELECT review, person FROM pending_answer WHERE due_at <= $1 AND refused = ''
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED),
typed AS (DELETE FROM review_draft USING due WHERE review_draft.review = due.review AND review_draft.person = due.person)
DELETE FROM pending_answer USING due
WHERE pending_answer.review = due.review AND pending_answer.person = due.person
RETURNING pending_answer.review, pending_answer.person, pending_answer.answer
