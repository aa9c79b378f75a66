-- Close the reviews nobody answered in time, some at a time.
UPDATE review SET state = 'expired', answered_at = $1
WHERE id IN (SELECT id FROM review WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING id, run, step, worker
