-- List the rotas, each in its order; who is away at a moment is marked.
SELECT rota.role, rota.domain, rota.place, rota.person, nullif(rota.since, '-infinity') AS since, nullif(rota.until, 'infinity') AS until,
    EXISTS (SELECT FROM absence WHERE absence.person = rota.person AND absence.since <= $1 AND absence.until > $1
        AND ended_at IS NULL) AS is_away
FROM rota ORDER BY role, domain, place
