-- Write a section of an incident's review, in place of what stood there; the ledger keeps what stood there.
INSERT INTO incident_section (incident, name, words, owner, due, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (incident, name) DO UPDATE SET words = excluded.words, owner = excluded.owner, due = excluded.due,
    written_by = excluded.written_by, written_at = excluded.written_at
