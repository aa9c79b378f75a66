-- Open a run again that waits for this.
UPDATE run SET state = 'open', waits_for = '', wake_at = NULL, changed_at = $3
WHERE id = $1 AND state = 'waiting' AND waits_for = $2 RETURNING id
