-- Measure the newest writes decided in a period: what became of them, and which took effect without asking anybody.
-- $1 since, $2 until, $3 worker, $4 domain, each empty for all; $5 how many at most
WITH asked AS (
    SELECT run, step, state, decided_at FROM action
    WHERE decided_at >= $1 AND decided_at < $2 AND ($3 = '' OR worker = $3)
        AND ($4 = '' OR worker IN (SELECT name FROM worker WHERE domain = $4))
    ORDER BY decided_at DESC LIMIT $5
)
SELECT count(*) AS decided,
    count(*) FILTER (WHERE state = 'performed') AS performed,
    count(*) FILTER (WHERE state = 'performed' AND NOT was_asked) AS alone,
    count(*) FILTER (WHERE state = 'forbidden') AS forbidden,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'unknown') AS doubted
FROM (SELECT asked.state, EXISTS (SELECT FROM review WHERE review.run = asked.run AND review.step = asked.step) AS was_asked
    FROM asked) AS each
