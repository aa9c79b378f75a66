-- Set how far a worker is trusted with one operation.
INSERT INTO stage (worker, operation, stage, set_by, set_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (worker, operation) DO UPDATE SET stage = excluded.stage, set_by = excluded.set_by, set_at = excluded.set_at
