-- Add a record to a practice system, or change it.
INSERT INTO practice.record (system, kind, id, data, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (system, kind, id) DO UPDATE SET data = excluded.data, changed_at = excluded.changed_at
