-- List what became of the identities of workers, and how many runs of each wait for it; $1 is a name, or null for all.
SELECT
    worker.name AS worker,
    coalesce(generation, 1) AS generation,
    coalesce(is_revoked, false) AS is_revoked,
    coalesce(reason, '') AS reason,
    coalesce(changed_by, '') AS changed_by,
    worker_identity.changed_at,
    (SELECT count(*) FROM run
        WHERE run.worker = worker.name AND state = 'waiting' AND waits_for = 'identity') AS waiting_runs
FROM worker LEFT JOIN worker_identity ON worker_identity.worker = worker.name
WHERE $1::text IS NULL OR worker.name = $1
