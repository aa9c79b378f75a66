-- Say in which order the people of a role in a domain are told; nobody leaves it to the role.
-- $1 role, $2 domain, $3 people, $4 from when each, $5 until when each
WITH gone AS (DELETE FROM rota WHERE role = $1 AND domain = $2 AND place > cardinality($3::text[]))
INSERT INTO rota (role, domain, place, person, since, until)
SELECT $1, $2, turn.place, turn.person, coalesce(turn.since, '-infinity'), coalesce(turn.until, 'infinity')
FROM unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) WITH ORDINALITY AS turn (person, since, until, place)
ON CONFLICT (role, domain, place) DO UPDATE SET person = excluded.person, since = excluded.since, until = excluded.until
