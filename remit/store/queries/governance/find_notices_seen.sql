-- Find up to when a person has looked at what they were told, and how many notices are newer, counted to a hundred.
-- $1 person, $2 every recipient that means them
SELECT seen.until, (SELECT count(*) FROM (
    SELECT FROM unnest($2::text[]) AS mine(recipient), LATERAL (
        SELECT FROM notice WHERE notice.recipient = mine.recipient AND made_at > seen.until LIMIT 100) AS newer
    LIMIT 100) AS counted) AS new
FROM (SELECT coalesce((SELECT until FROM notice_seen WHERE person = $1), 'epoch') AS until) AS seen
