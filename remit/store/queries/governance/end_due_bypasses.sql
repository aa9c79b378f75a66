-- Take the bypasses whose time is over, some at a time.
UPDATE bypass SET ended_by = '', ended_at = $1
WHERE id IN (SELECT id FROM bypass WHERE ended_at IS NULL AND until <= $1 ORDER BY until LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id, domain, rule, worker, operation, reason, asked_by, granted_by, until
