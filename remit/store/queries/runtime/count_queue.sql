-- Count the jobs in the queue of runs, and those of them that some process works on.
SELECT count(*) AS jobs, count(*) FILTER (WHERE status = 'picked') AS picked FROM pgqueuer
