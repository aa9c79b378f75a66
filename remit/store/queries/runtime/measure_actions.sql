-- Measure the writes of the newest runs opened in a period: what became of them, and which took effect without asking anybody.
-- $1 since, $2 until, $3 worker, $4 domain, each empty for all; $5 how many runs at most
WITH asked AS (
    SELECT id FROM run
    WHERE opened_at >= $1 AND opened_at < $2 AND ($3 = '' OR worker = $3)
        AND ($4 = '' OR worker IN (SELECT name FROM worker WHERE domain = $4))
    ORDER BY opened_at DESC LIMIT $5
)
SELECT count(*) AS decided,
    count(*) FILTER (WHERE state = 'performed') AS performed,
    count(*) FILTER (WHERE state = 'performed' AND NOT was_asked) AS alone,
    count(*) FILTER (WHERE state = 'forbidden') AS forbidden,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'unknown') AS doubted
FROM asked CROSS JOIN LATERAL (
    SELECT action.state, EXISTS (
        SELECT FROM review WHERE review.run = action.run AND review.step = action.step OFFSET 0) AS was_asked
    FROM action WHERE action.run = asked.id OFFSET 0) AS each -- run by run: there are few, of a table that is large
