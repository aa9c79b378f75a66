-- List incidents in one state, or all, newest first.
SELECT incident.id, incident.halt, state, scope, reason, set_by, opened_at, lifted_by, lifted_at, closed_at, closed_by
FROM incident JOIN halt ON halt.id = incident.halt WHERE $1 = '' OR state = $1 ORDER BY opened_at DESC LIMIT $2
