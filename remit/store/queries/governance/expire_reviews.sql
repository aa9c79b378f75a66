-- Close the reviews nobody answered in time, some at a time.
UPDATE review SET state = 'expired', answered_at = $1
FROM run
WHERE run.id = review.run AND review.id IN (
    SELECT id FROM review WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT 200 FOR UPDATE SKIP LOCKED)
RETURNING review.id, review.run, review.step, review.worker, review.packet ->> 'about' AS about, run.trace_id
