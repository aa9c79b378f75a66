-- List the newest incidents whose halt stopped a worker. $1 the scopes that stop it, $2 how many
SELECT incident.id, incident.state, incident.opened_at, halt.scope, halt.reason, halt.set_by, halt.lifted_at
FROM incident JOIN halt ON halt.id = incident.halt WHERE halt.scope = ANY ($1::text[])
ORDER BY incident.opened_at DESC LIMIT $2
