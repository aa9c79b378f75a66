-- Keep a memory, or find the one already kept with the same digest; gives its id either way.
INSERT INTO memory (id, worker, kind, about, content, source, digest, state, remembered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest -- changes nothing, and gives the row back
RETURNING id
