-- List incidents in one state, or all, of scopes of these kinds, newest first.
-- $1 state, $2 how many, $3 kinds of scopes, $4 before this one
SELECT incident.id, incident.halt, state, scope, reason, set_by, opened_at, lifted_by, lifted_at, closed_at, closed_by
FROM incident JOIN halt ON halt.id = incident.halt
WHERE ($1 = '' OR state = $1) AND split_part(scope, ':', 1) = ANY ($3::text[])
    AND ($4::uuid IS NULL OR (opened_at, incident.id) < (SELECT opened_at, id FROM incident WHERE id = $4))
ORDER BY opened_at DESC, incident.id DESC LIMIT $2
