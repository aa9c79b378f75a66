-- Close a review.
UPDATE review SET state = $2, answered_at = $3 WHERE id = $1
