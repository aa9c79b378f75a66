-- Keep what a person corrected.
INSERT INTO feedback (id, review, run, worker, operation, about, kind, person, code, reason, changes, given_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
