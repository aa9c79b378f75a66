-- Record what was decided about an action, with the steps before it, if the run is still ours.
-- $1-$5 claim, $6 step, $7 worker, $8 operation, $9 arguments, $10 state, $11 decision, $12 reason, $13 reserved, $14 now, $15 run state, $16 what it waits for
WITH held AS (
    UPDATE run SET attempts = 0, changed_at = $14, state = $15, waits_for = $16, reason = CASE WHEN $15 = 'running' THEN '' ELSE $12 END, wake_at = NULL
    WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
), stepped AS (
    INSERT INTO step (run, number, kind, name, asked, result, recorded_at, begun_at, ended_at)
    SELECT held.id, new.number, new.kind, new.body ->> 'name', new.body -> 'asked', new.body -> 'result', $14,
        (new.body ->> 'begun_at')::timestamptz, (new.body ->> 'ended_at')::timestamptz
    FROM held, unnest($3::integer[], $4::text[], $5::jsonb[]) AS new (number, kind, body)
), acted AS (
    INSERT INTO action (run, step, worker, operation, arguments, state, decision, reason, reserved, decided_at)
    SELECT held.id, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM held
    -- one that was being performed when a process died still holds what it reserved then
    ON CONFLICT (run, step) DO UPDATE SET arguments = excluded.arguments, state = excluded.state,
        decision = excluded.decision, reason = excluded.reason, decided_at = excluded.decided_at,
        reserved = CASE WHEN action.state = 'performing' THEN action.reserved ELSE excluded.reserved END
)
SELECT count(*) FROM held
