-- Approve, reject or withdraw a change.
UPDATE change SET state = $2, settled_by = $3, settled_at = $4, reason = $5 WHERE id = $1
