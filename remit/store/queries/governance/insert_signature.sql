-- Keep that a person signed a line of a worker's readiness.
INSERT INTO readiness_signature (id, worker, line, digest, version, note, signed_by, signed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
