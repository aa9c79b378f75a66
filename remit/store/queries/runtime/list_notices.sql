-- List notices, newest first, with what became of each on its channels.
-- $1 person whose they are (null: everybody's), $2 before this one, $3 how many
SELECT notice.id, kind, recipient, title, body, link, made_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'address', address, 'state', state,
        'tries', tries, 'reason', reason) ORDER BY channel, address), '[]') FROM delivery WHERE delivery.notice = notice.id) AS deliveries
FROM notice
WHERE ($1::text IS NULL OR recipient = $1 OR EXISTS (SELECT FROM person, unnest(person.roles) AS held
        WHERE person.id = $1 AND person.is_active
            AND 'role:' || held IN (recipient, split_part(recipient, '@', 1))))
    AND ($2::uuid IS NULL OR (made_at, id) < (SELECT made_at, id FROM notice WHERE id = $2))
ORDER BY made_at DESC, id DESC LIMIT $3
