-- List everybody's notices, newest first, with what became of each on its channels. $1 before this one, $2 how many
SELECT notice.id, kind, recipient, ARRAY[recipient] AS recipients, title, body, link, made_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'address', address, 'state', state,
        'tries', tries, 'reason', reason) ORDER BY channel, address), '[]') FROM delivery WHERE delivery.notice = notice.id) AS deliveries
FROM notice
WHERE $1::uuid IS NULL OR (made_at, id) < (SELECT made_at, id FROM notice WHERE id = $1)
ORDER BY made_at DESC, id DESC LIMIT $2
