-- Give back what an action reserved: it is known that it did not take effect, and it will not be tried now.
-- $1 run, $2 step
WITH before AS (
    SELECT worker, reserved FROM action WHERE run = $1 AND step = $2
), locked AS ( -- in the order in which others reserve, so that nobody waits in a circle
    SELECT budget.worker, budget.day, budget.name, (line ->> 'quantity')::bigint AS quantity
    FROM before CROSS JOIN jsonb_array_elements(before.reserved) AS line
    JOIN budget ON budget.worker = coalesce(line ->> 'holder', before.worker) AND budget.name = line ->> 'name' AND budget.day = (line ->> 'day')::date
    ORDER BY budget.day, budget.worker, budget.name FOR UPDATE OF budget
), budgeted AS (
    UPDATE budget SET reserved = budget.reserved - locked.quantity
    FROM locked WHERE budget.worker = locked.worker AND budget.day = locked.day AND budget.name = locked.name
)
UPDATE action SET reserved = '[]' WHERE run = $1 AND step = $2
