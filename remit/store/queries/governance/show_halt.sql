-- Show one halt, whether it is in force or not.
SELECT halt.id, scope, reason, set_by, set_at, lifted_by, lifted_at, is_drill, answer, incident.id AS incident
FROM halt LEFT JOIN incident ON incident.halt = halt.id WHERE halt.id = $1
