-- Find the records of a kind whose data contains what is given, by id.
SELECT data FROM practice.record WHERE system = $1 AND kind = $2 AND data @> $3 ORDER BY id LIMIT $4
