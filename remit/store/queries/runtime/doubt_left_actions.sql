-- Mark as unknown what was being performed when its run came to its end; it counts as spent, since it may have happened.
-- $1 run, $2 now, $3 reason
WITH left_over AS (
    SELECT run, step, worker, reserved FROM action WHERE run = $1 AND state = 'performing'
), locked AS ( -- in the order in which others reserve, so that nobody waits in a circle
    SELECT budget.worker, budget.day, budget.name, (line ->> 'quantity')::bigint AS quantity
    FROM left_over CROSS JOIN jsonb_array_elements(left_over.reserved) AS line
    JOIN budget ON budget.worker = left_over.worker AND budget.name = line ->> 'name' AND budget.day = (line ->> 'day')::date
    ORDER BY budget.day, budget.name FOR UPDATE OF budget
), budgeted AS (
    UPDATE budget SET reserved = budget.reserved - locked.quantity, spent = budget.spent + locked.quantity
    FROM locked WHERE budget.worker = locked.worker AND budget.day = locked.day AND budget.name = locked.name
)
UPDATE action SET state = 'unknown', reason = $3, reserved = '[]', settled_at = $2
FROM left_over WHERE action.run = left_over.run AND action.step = left_over.step
RETURNING action.step, action.operation
