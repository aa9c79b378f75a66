-- List the halts in force.
SELECT id, scope, reason, set_by, set_at FROM halt WHERE lifted_at IS NULL ORDER BY set_at
