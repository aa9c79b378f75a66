-- Take the review of an incident to another state.
UPDATE incident SET state = $2, closed_by = $3, closed_at = $4 WHERE id = $1
