-- Hold the hold in force over a scope.
SELECT id, set_by FROM hold WHERE scope = $1 AND lifted_at IS NULL FOR UPDATE
