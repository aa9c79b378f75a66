-- Measure the newest runs opened in a period, by the part of it they were opened in.
-- $1 since, $2 until, $3 worker, $4 domain, each empty for all; $5 seconds of a part, $6 how many runs at most
WITH asked AS (
    SELECT id, state, opened_at, changed_at, reverses FROM run
    WHERE opened_at >= $1 AND opened_at < $2 AND ($3 = '' OR worker = $3)
        AND ($4 = '' OR worker IN (SELECT name FROM worker WHERE domain = $4))
    ORDER BY opened_at DESC LIMIT $6
)
SELECT floor(extract(epoch FROM opened_at - $1) / $5::double precision)::int AS part,
    count(*) AS runs,
    count(*) FILTER (WHERE state = 'done') AS done,
    count(*) FILTER (WHERE state = 'exception') AS exceptions,
    count(*) FILTER (WHERE state = 'stopped') AS stopped,
    count(*) FILTER (WHERE reverses <> '') AS reversals,
    min(opened_at) AS oldest,
    coalesce(array_agg(extract(epoch FROM changed_at - opened_at)::double precision) FILTER (WHERE state = 'done'), '{}') AS lasted
FROM asked GROUP BY 1 ORDER BY 1
