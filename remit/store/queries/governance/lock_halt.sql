-- Hold the halt in force over a scope.
SELECT id, set_by FROM halt WHERE scope = $1 AND lifted_at IS NULL FOR UPDATE
