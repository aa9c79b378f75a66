-- Find one version of a worker.
SELECT worker_version.worker, digest, charter_digest, charter, playbook, status, registered_at
FROM worker_version JOIN worker ON worker.name = worker_version.worker WHERE digest = $1
