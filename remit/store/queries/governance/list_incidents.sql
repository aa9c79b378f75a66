-- List incidents in one state, or all: those not closed first, the worst first, then the newest; then the closed, the newest first.
-- $1 state, $2 how many, $3 kinds of scopes, $4 how far each reaches, 0 the farthest, $5 after this one, $6 whether it stood
-- among the closed when it was shown: it may have been closed since
WITH listed AS (
    SELECT incident.id, incident.halt, state, scope, reason, set_by, opened_at, lifted_by, lifted_at, closed_at, closed_by,
        CASE WHEN state = 'closed' THEN 'infinity'::float ELSE reach.rank END AS place
    FROM incident JOIN halt ON halt.id = incident.halt
    JOIN unnest($3::text[], $4::integer[]) AS reach(kind, rank) ON reach.kind = split_part(scope, ':', 1)
)
SELECT listed.id, listed.halt, state, scope, reason, set_by, listed.opened_at, lifted_by, lifted_at, closed_at, closed_by
FROM listed LEFT JOIN (
    SELECT incident.id, incident.opened_at, CASE WHEN $6 THEN 'infinity'::float ELSE reach.rank END AS place
    FROM incident JOIN halt ON halt.id = incident.halt
    JOIN unnest($3::text[], $4::integer[]) AS reach(kind, rank) ON reach.kind = split_part(scope, ':', 1)
    WHERE incident.id = $5
) AS shown ON true
WHERE ($1 = '' OR state = $1) AND ($5::uuid IS NULL OR listed.place > shown.place
    OR listed.place = shown.place AND (listed.opened_at, listed.id) < (shown.opened_at, shown.id))
ORDER BY listed.place, listed.opened_at DESC, listed.id DESC LIMIT $2
