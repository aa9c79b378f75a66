-- Make a version the current one of its worker; give nothing when it was already, or the worker has retired.
INSERT INTO worker (name, domain, current, status, changed_at) VALUES ($1, $2, $3, 'live', $4)
ON CONFLICT (name) DO UPDATE SET domain = excluded.domain, current = excluded.current, changed_at = excluded.changed_at
    WHERE worker.current <> excluded.current AND worker.status <> 'retired'
RETURNING name
