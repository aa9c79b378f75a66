-- Hold an incident while its review is written, so that two people write one after the other.
SELECT incident.id, incident.state, halt.scope, halt.lifted_at
FROM incident JOIN halt ON halt.id = incident.halt WHERE incident.id = $1 FOR UPDATE OF incident
