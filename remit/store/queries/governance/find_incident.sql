-- Find incidents by the beginning or the end of their number.
SELECT id FROM incident WHERE id::text LIKE $1 || '%' OR id::text LIKE '%' || $1 LIMIT 2
