-- List the workers a scope concerns: for a connection those whose charter opens that system.
SELECT worker.name, worker.domain, worker.workflow, worker.owners, worker_version.charter
FROM worker JOIN worker_version ON worker_version.digest = worker.current
WHERE worker.status <> 'retired'
    AND ($1 = ANY (halt_scopes(worker.name, worker.domain, worker.workflow, NULL))
        OR (starts_with($1, 'connection:') AND substr($1, 12) = ANY (worker.systems)))
ORDER BY worker.name
