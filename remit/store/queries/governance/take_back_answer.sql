-- Forget an answer that does not count yet, or was refused.
DELETE FROM pending_answer WHERE review = $1 AND person = $2 RETURNING review
