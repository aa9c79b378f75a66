-- List what workers used on each day (UTC): writes, writes by operation, money by currency, cost and tokens of judgements.
-- $1 since, $2 operations that move money, $3 the argument of each that is the amount
WITH done AS (
    SELECT action.worker, (action.decided_at AT TIME ZONE 'UTC')::date AS day, action.operation,
        action.arguments ->> 'currency' AS currency,
        CASE WHEN jsonb_typeof(action.arguments -> money.argument) = 'number'
            THEN (action.arguments ->> money.argument)::numeric ELSE 0 END AS amount
    FROM action LEFT JOIN unnest($2::text[], $3::text[]) AS money (operation, argument)
        ON money.operation = action.operation
    WHERE action.decided_at >= $1 AND action.state IN ('performed', 'performing', 'unknown')
), judged AS (
    SELECT run.worker, (step.recorded_at AT TIME ZONE 'UTC')::date AS day,
        sum((step.result ->> 'cost')::bigint) AS cost, sum((step.result ->> 'tokens')::bigint) AS tokens
    FROM step JOIN run ON run.id = step.run
    WHERE step.recorded_at >= $1 AND step.kind = 'judge' GROUP BY 1, 2
)
SELECT worker, day, 'actions' AS name, count(*)::bigint AS quantity FROM done GROUP BY 1, 2
UNION ALL SELECT worker, day, 'operation:' || operation, count(*) FROM done GROUP BY 1, 2, 3
UNION ALL SELECT worker, day, 'money:' || currency, least(sum(amount), 9e18)::bigint FROM done WHERE currency <> '' GROUP BY 1, 2, 3
UNION ALL SELECT worker, day, 'cost', cost FROM judged WHERE cost > 0
UNION ALL SELECT worker, day, 'tokens', tokens FROM judged WHERE tokens > 0
