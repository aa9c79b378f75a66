-- Settle an action: what came of it, its step, and its budgets, if the run is still ours.
-- $1-$5 claim, $6 step, $7 state, $8 result, $9 reason, $10 whether it took effect (null: not known yet), $11 now, $12 run state, $13 what it waits for, $14 when to wake
WITH held AS (
    UPDATE run SET attempts = 0, changed_at = $11, state = $12, waits_for = $13, wake_at = $14,
        reason = CASE WHEN $12 = 'running' THEN '' ELSE $9 END, tries = CASE WHEN $13 = 'system' THEN tries + 1 ELSE 0 END
    WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
), stepped AS (
    INSERT INTO step (run, number, kind, name, asked, result, recorded_at, begun_at, ended_at)
    SELECT held.id, new.number, new.kind, new.body ->> 'name', new.body -> 'asked', new.body -> 'result', $11,
        (new.body ->> 'begun_at')::timestamptz, (new.body ->> 'ended_at')::timestamptz
    FROM held, unnest($3::integer[], $4::text[], $5::jsonb[]) AS new (number, kind, body)
), before AS (
    SELECT action.worker, action.reserved FROM action, held WHERE action.run = held.id AND action.step = $6
), acted AS (
    UPDATE action SET state = $7, result = $8, reason = $9, settled_at = $11,
        reserved = CASE WHEN $10::boolean IS NULL THEN action.reserved ELSE '[]' END
    FROM held WHERE action.run = held.id AND action.step = $6
), locked AS ( -- in the order in which others reserve, so that nobody waits in a circle
    SELECT budget.worker, budget.day, budget.name, (line ->> 'quantity')::bigint AS quantity
    FROM before CROSS JOIN jsonb_array_elements(before.reserved) AS line
    JOIN budget ON budget.worker = coalesce(line ->> 'holder', before.worker) AND budget.name = line ->> 'name' AND budget.day = (line ->> 'day')::date
    WHERE $10::boolean IS NOT NULL
    ORDER BY budget.day, budget.worker, budget.name FOR UPDATE OF budget
), budgeted AS (
    UPDATE budget SET reserved = budget.reserved - locked.quantity,
        spent = budget.spent + CASE WHEN $10::boolean THEN locked.quantity ELSE 0 END
    FROM locked WHERE budget.worker = locked.worker AND budget.day = locked.day AND budget.name = locked.name
)
SELECT count(*) FROM held
