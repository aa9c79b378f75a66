-- Find reviews by the beginning or the end of their number, as people type it.
SELECT id FROM review WHERE id::text LIKE $1 || '%' OR id::text LIKE '%' || $1 LIMIT 2
