-- List the writes of runs opened in a period with their share of what the run cost, the dearest first.
-- $1 since, $2 until, $3 worker or empty, $4 limit
WITH done AS (
    SELECT action.run, action.step, action.worker, action.operation,
        count(*) OVER (PARTITION BY action.run) AS many,
        row_number() OVER (PARTITION BY action.run ORDER BY action.step) AS place
    FROM action JOIN run ON run.id = action.run
    WHERE action.state = 'performed' AND run.opened_at >= $1 AND run.opened_at < $2 AND ($3 = '' OR run.worker = $3)
), spent AS (
    SELECT step.run, sum((result ->> 'cost')::bigint)::bigint AS cost
    FROM step WHERE kind = 'judge' AND run IN (SELECT run FROM done) GROUP BY step.run
)
SELECT done.run, done.step, done.worker, done.operation,
    -- what does not divide goes to the first ones, a millionth each
    (coalesce(spent.cost, 0) / done.many + CASE WHEN done.place <= coalesce(spent.cost, 0) % done.many THEN 1 ELSE 0 END)::bigint AS cost
FROM done LEFT JOIN spent ON spent.run = done.run
ORDER BY cost DESC, done.run, done.step LIMIT $4
