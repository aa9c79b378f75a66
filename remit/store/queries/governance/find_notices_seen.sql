-- Find up to when a person has looked at what they were told, and how many notices are newer, counted to a hundred; what was
-- told at one moment in the same words under several of their roles counts once. $1 person, $2 every recipient that means them
SELECT seen.until, (SELECT least(count(*), 100) FROM (
    SELECT DISTINCT made_at, kind, title, link, body FROM unnest($2::text[]) AS mine(recipient), LATERAL (
        SELECT DISTINCT made_at, kind, title, link, body FROM notice
        WHERE notice.recipient = mine.recipient AND made_at > seen.until
        ORDER BY made_at, kind, title, link, body LIMIT 100) AS newer) AS counted) AS new
FROM (SELECT coalesce((SELECT until FROM notice_seen WHERE person = $1), 'epoch') AS until) AS seen
