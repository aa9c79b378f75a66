-- Approve a proposed memory, or withdraw one that is not withdrawn yet; gives nothing when the state has moved on.
UPDATE memory SET state = $2, settled_by = $3, reason = $4, settled_at = $5
WHERE id = $1 AND (state = 'proposed' OR ($2 = 'withdrawn' AND state = 'approved'))
RETURNING *
