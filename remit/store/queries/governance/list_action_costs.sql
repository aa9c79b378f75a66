-- List the writes of runs opened in a period with their share of what the run cost, the dearest first.
-- $1 since, $2 until, $3 worker or empty, $4 limit, $5 how many runs are looked at, the newest; null for all
WITH asked AS (
    SELECT id FROM run WHERE opened_at >= $1 AND opened_at < $2 AND ($3 = '' OR worker = $3) ORDER BY opened_at DESC LIMIT $5
), done AS (
    SELECT action.run, action.step, action.worker, action.operation,
        count(*) OVER (PARTITION BY action.run) AS many,
        row_number() OVER (PARTITION BY action.run ORDER BY action.step) AS place
    FROM asked JOIN action ON action.run = asked.id
    WHERE action.state = 'performed'
), spent AS (
    SELECT step.run, sum((result ->> 'cost')::bigint)::bigint AS cost
    FROM step WHERE kind = 'judge' AND run IN (SELECT run FROM done) GROUP BY step.run
)
SELECT done.run, done.step, done.worker, done.operation,
    -- what does not divide goes to the first ones, a millionth each
    (coalesce(spent.cost, 0) / done.many + CASE WHEN done.place <= coalesce(spent.cost, 0) % done.many THEN 1 ELSE 0 END)::bigint AS cost
FROM done LEFT JOIN spent ON spent.run = done.run
ORDER BY cost DESC, done.run, done.step LIMIT $4
