-- Open the runs of a worker that waited for its identity to be restored.
UPDATE run SET state = 'open', waits_for = '', changed_at = $2
WHERE worker = $1 AND state = 'waiting' AND waits_for = 'identity' RETURNING id
