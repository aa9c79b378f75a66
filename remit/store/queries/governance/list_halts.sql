-- List the halts in force, each with its incident.
SELECT halt.id, scope, reason, set_by, set_at, is_drill, incident.id AS incident
FROM halt LEFT JOIN incident ON incident.halt = halt.id WHERE lifted_at IS NULL ORDER BY set_at
