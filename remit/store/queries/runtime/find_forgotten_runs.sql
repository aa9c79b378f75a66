-- Find runs that should be worked on but stand in no queue: their process was ended in a way that took the job with it.
SELECT id FROM run WHERE state IN ('open', 'running') AND changed_at < $1
    AND NOT EXISTS (SELECT FROM pgqueuer WHERE payload = uuid_send(run.id))
LIMIT 500
