-- Hold the halt in force over a scope.
SELECT id, set_by, set_at, is_drill FROM halt WHERE scope = $1 AND lifted_at IS NULL FOR UPDATE
