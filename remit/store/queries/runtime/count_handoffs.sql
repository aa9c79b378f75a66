-- Count the handoffs of each path: those under way, however old, and how those ended that ended since a moment.
-- $1 now, $2 since
SELECT from_worker, path, receiving_domain,
    count(*) FILTER (WHERE settled_at IS NULL) AS under_way,
    count(*) FILTER (WHERE state = 'open') AS unacknowledged,
    count(*) FILTER (WHERE state = 'open' AND acknowledge_by <= $1) AS late,
    min(opened_at) FILTER (WHERE settled_at IS NULL) AS oldest,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'completed') AS completed
FROM (
    SELECT * FROM handoff WHERE state IN ('open', 'acknowledged')
    UNION ALL
    SELECT * FROM handoff WHERE settled_at >= $2 AND state IN ('completed', 'failed')
) AS recent
GROUP BY from_worker, path, receiving_domain
