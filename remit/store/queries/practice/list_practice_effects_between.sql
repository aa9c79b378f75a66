-- List what a practice system did between two moments, in the order it did it.
-- $1 system, $2 from, $3 until
SELECT operation, key, performed_at AS at FROM practice.effect
WHERE system = $1 AND performed_at >= $2 AND performed_at < $3 ORDER BY serial
