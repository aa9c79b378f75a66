-- Give back what an action reserved: it is known that it did not take effect, and it will not be tried now.
-- $1 run, $2 step
WITH before AS (
    SELECT worker, reserved FROM action WHERE run = $1 AND step = $2
), budgeted AS (
    UPDATE budget SET reserved = budget.reserved - (line ->> 'quantity')::bigint
    FROM before, jsonb_array_elements(before.reserved) AS line
    WHERE budget.worker = before.worker AND budget.name = line ->> 'name' AND budget.day = (line ->> 'day')::date
)
UPDATE action SET reserved = '[]' WHERE run = $1 AND step = $2
