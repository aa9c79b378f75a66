-- List the current version of every worker.
SELECT worker_version.worker, digest, charter_digest, charter, playbook, status, registered_at
FROM worker JOIN worker_version ON worker_version.digest = worker.current ORDER BY worker.name
