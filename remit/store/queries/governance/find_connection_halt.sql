-- Find the halt in force over one connection.
SELECT reason FROM halt WHERE lifted_at IS NULL AND scope = 'connection:' || $1
