-- Count the runs of a worker that some process works on. $1 worker
SELECT count(*) FROM run WHERE worker = $1 AND state = 'running'
