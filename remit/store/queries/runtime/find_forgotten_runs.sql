-- Find runs that should be worked on but stand in no queue: their process was ended in a way that took the job with it.
-- $1 not changed since, $2 now: what is found counts as changed, so that of two processes only one enqueues it
UPDATE run SET changed_at = $2 WHERE id IN (
    SELECT id FROM run WHERE state IN ('open', 'running') AND changed_at < $1
        AND NOT EXISTS (SELECT FROM pgqueuer WHERE payload = uuid_send(run.id))
    LIMIT 500 FOR UPDATE SKIP LOCKED)
RETURNING id
