-- Measure the newest reviews people decided in a period. $1 since, $2 until, $3 worker, $4 domain, each empty for all; $5 how many
WITH asked AS (
    SELECT id, state, opened_at, answered_at FROM review
    WHERE answered_at >= $1 AND answered_at < $2 AND kind = 'action' AND state IN ('approved', 'used', 'lapsed', 'rejected')
        AND ($3 = '' OR worker = $3) AND ($4 = '' OR domain = $4)
    ORDER BY answered_at DESC LIMIT $5
)
SELECT count(*) AS decided,
    count(*) FILTER (WHERE asked.state = 'rejected') AS rejected,
    count(*) FILTER (WHERE asked.state <> 'rejected' AND EXISTS (
        SELECT FROM answer WHERE answer.review = asked.id AND edited)) AS edited,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - opened_at)) AS waited
FROM asked
