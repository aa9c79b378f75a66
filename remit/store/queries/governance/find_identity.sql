-- Find the identity of one worker, with who answers for it.
SELECT worker.domain, worker.owners, coalesce(is_revoked, false) AS is_revoked, changed_by
FROM worker LEFT JOIN worker_identity ON worker_identity.worker = worker.name
WHERE worker.name = $1
