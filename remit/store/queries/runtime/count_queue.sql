-- Count the jobs in the queue of runs, those some process works on, and the runs no job stands for since $1.
SELECT
    (SELECT count(*) FROM pgqueuer) AS jobs,
    (SELECT count(*) FROM pgqueuer WHERE status = 'picked') AS picked,
    (SELECT count(*) FROM run WHERE state IN ('open', 'running') AND changed_at < $1
        AND NOT EXISTS (SELECT FROM pgqueuer WHERE payload = uuid_send(run.id))) AS forgotten
