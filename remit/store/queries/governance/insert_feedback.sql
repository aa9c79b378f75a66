-- Keep what a person corrected, and note on the run that it was.
WITH noted AS (UPDATE run SET human_override = true WHERE id = $3 AND NOT human_override)
INSERT INTO feedback (id, review, run, worker, operation, about, kind, person, code, reason, changes, given_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
