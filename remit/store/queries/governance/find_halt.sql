-- Find halts by the beginning or the end of their number, or by the scope they hold now.
SELECT id FROM halt WHERE id::text LIKE $1 || '%' OR id::text LIKE '%' || $1 OR (scope = $1 AND lifted_at IS NULL) LIMIT 2
