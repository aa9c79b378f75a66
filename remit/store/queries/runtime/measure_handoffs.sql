-- Measure the newest handoffs opened in a period, by path: how many were taken up, and how fast.
-- $1 since, $2 until, $3 sending worker, $4 its domain, each empty for all; $5 how many at most
WITH asked AS (
    SELECT * FROM handoff WHERE opened_at >= $1 AND opened_at < $2 AND ($3 = '' OR from_worker = $3)
        AND ($4 = '' OR from_worker IN (SELECT name FROM worker WHERE domain = $4))
    ORDER BY opened_at DESC LIMIT $5
)
SELECT path, from_worker, receiving_domain, count(*) AS opened,
    count(acknowledged_at) AS acknowledged,
    count(*) FILTER (WHERE state = 'completed') AS completed,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - opened_at)) AS latency
FROM asked GROUP BY 1, 2, 3 ORDER BY opened DESC, path LIMIT 20
