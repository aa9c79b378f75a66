-- Add a record to a practice system unless it is there already, in whatever state it is now.
INSERT INTO practice.record (system, kind, id, data, changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
