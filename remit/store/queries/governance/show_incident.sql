-- Show one incident with its halt.
SELECT incident.id, incident.halt, state, opened_at, closed_at, closed_by, scope, reason, set_by, set_at, lifted_by, lifted_at, answer
FROM incident JOIN halt ON halt.id = incident.halt WHERE incident.id = $1
