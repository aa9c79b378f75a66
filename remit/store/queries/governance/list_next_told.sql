-- List for each of these roles of a review the next on its rota who is here, can answer and was not told yet; who is away
-- is stood in for by whoever they let answer for them.
-- $1 review, $2 now, $3 roles
WITH able AS (SELECT * FROM answerers($1, $2)),
away AS (SELECT person FROM absence WHERE since <= $2 AND until > $2 AND ended_at IS NULL)
SELECT DISTINCT ON (rota.role) rota.role, able.person
FROM review JOIN rota ON rota.role = ANY ($3::text[]) AND rota.domain IN ('', review.domain) AND rota.since <= $2 AND rota.until > $2
JOIN able ON able.role = rota.role AND able.person NOT IN (SELECT person FROM away)
    AND ((able.delegation IS NULL AND able.person = rota.person)
        OR (able.delegator = rota.person AND rota.person IN (SELECT person FROM away)))
WHERE review.id = $1 AND NOT able.person = ANY (review.told)
ORDER BY rota.role, rota.domain DESC, rota.place, able.person
