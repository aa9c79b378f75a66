-- Read one record of a practice system.
SELECT data FROM practice.record WHERE system = $1 AND kind = $2 AND id = $3
