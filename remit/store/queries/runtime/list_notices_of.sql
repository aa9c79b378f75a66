-- List what one person was told, newest first, with what became of it on its channels. What was told at one moment in the same
-- words under several of their roles is one thing. $1 every recipient that means them, $2 before this one, $3 how many
WITH told AS (
    SELECT DISTINCT ON (made_at, kind, title, link, body) newest.*
    FROM unnest($1::text[]) AS mine(recipient), LATERAL (
        SELECT DISTINCT ON (made_at, kind, title, link, body) id, kind, notice.recipient, title, body, link, made_at
        FROM notice WHERE notice.recipient = mine.recipient
            AND ($2::uuid IS NULL OR (made_at, id) < (SELECT made_at, id FROM notice WHERE id = $2))
        ORDER BY made_at DESC, kind, title, link, body, id LIMIT $3) AS newest
    ORDER BY made_at DESC, kind, title, link, body, id
), page AS (SELECT * FROM told ORDER BY made_at DESC, id DESC LIMIT $3)
SELECT page.id, page.kind, page.recipient, same.recipients, page.title, page.body, page.link, page.made_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'address', address, 'state', state,
        'tries', tries, 'reason', reason) ORDER BY channel, address), '[]') FROM delivery
        WHERE delivery.notice = ANY (same.ids)) AS deliveries
FROM page, LATERAL (
    SELECT array_agg(recipient ORDER BY recipient LIKE 'role:%', recipient) AS recipients, array_agg(id) AS ids FROM notice
    WHERE notice.recipient = ANY ($1) AND notice.made_at = page.made_at AND notice.kind = page.kind
        AND notice.title = page.title AND notice.link = page.link AND notice.body = page.body) AS same
ORDER BY page.made_at DESC, page.id DESC
