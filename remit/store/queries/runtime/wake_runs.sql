-- Open the runs whose time has come, some at a time.
UPDATE run SET state = 'open', waits_for = '', wake_at = NULL, changed_at = $1
WHERE id IN (SELECT id FROM run WHERE wake_at <= $1 AND state = 'waiting' ORDER BY wake_at LIMIT 500 FOR UPDATE SKIP LOCKED)
RETURNING id
