-- Delete what the queue noted of jobs finished long ago, some at a time.
DELETE FROM pgqueuer_log WHERE id IN (SELECT id FROM pgqueuer_log WHERE created < $1 ORDER BY id LIMIT 5000)
