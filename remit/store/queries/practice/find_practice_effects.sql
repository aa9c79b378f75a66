-- Find what a practice system did under a key, the first time first.
SELECT operation, arguments, result FROM practice.effect WHERE system = $1 AND key = $2 ORDER BY repetition
