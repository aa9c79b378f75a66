-- Add up what the newest runs opened in a period took, by how they ended.
-- $1 since, $2 until, $3 worker, $4 domain, each empty for all; $5 how many runs at most
WITH asked AS (
    SELECT id, state FROM run
    WHERE opened_at >= $1 AND opened_at < $2 AND ($3 = '' OR worker = $3)
        AND ($4 = '' OR worker IN (SELECT name FROM worker WHERE domain = $4))
    ORDER BY opened_at DESC LIMIT $5
)
SELECT asked.state AS outcome, count(*) AS runs, coalesce(sum(used.cost), 0)::bigint AS cost,
    coalesce(sum(used.tokens), 0)::bigint AS tokens, coalesce(sum(used.calls), 0)::bigint AS calls,
    coalesce(sum(acted.actions), 0)::bigint AS actions
FROM asked
CROSS JOIN LATERAL ( -- run by run: there are few, of tables that are large
    SELECT count(*) FILTER (WHERE kind IN ('read', 'judge', 'act')) AS calls,
        sum((result ->> 'cost')::bigint) FILTER (WHERE kind = 'judge') AS cost,
        sum((result ->> 'tokens')::bigint) FILTER (WHERE kind = 'judge') AS tokens
    FROM step WHERE step.run = asked.id) AS used
CROSS JOIN LATERAL (
    SELECT count(*) AS actions FROM action WHERE action.run = asked.id AND action.state = 'performed') AS acted
GROUP BY asked.state ORDER BY count(*) DESC, asked.state
