-- List every version of a worker, newest first.
SELECT worker_version.worker, digest, charter_digest, charter, playbook, status, registered_at
FROM worker_version JOIN worker ON worker.name = worker_version.worker
WHERE worker_version.worker = $1 ORDER BY registered_at DESC, digest
