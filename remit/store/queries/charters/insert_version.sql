-- Keep a version of a worker; the same version twice is one.
INSERT INTO worker_version (digest, worker, charter_digest, charter, playbook, registered_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO NOTHING
