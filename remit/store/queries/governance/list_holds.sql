-- List the holds in force.
SELECT id, scope, reason, set_by, set_at FROM hold WHERE lifted_at IS NULL ORDER BY set_at
