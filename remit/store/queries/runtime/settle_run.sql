-- Settle a run or lay it to rest, with the steps since the last commit, if it is still ours.
-- $1-$5 claim, $6 state, $7 what it waits for, $8 reason, $9 when to wake, $10 now, $11 whether it waits for a system again
WITH held AS (
    UPDATE run SET state = $6, waits_for = $7, reason = $8, wake_at = $9, changed_at = $10,
        attempts = 0, tries = CASE WHEN $11 THEN tries + 1 ELSE 0 END
    WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
), stepped AS (
    INSERT INTO step (run, number, kind, name, asked, result, recorded_at, begun_at, ended_at)
    SELECT held.id, new.number, new.kind, new.body ->> 'name', new.body -> 'asked', new.body -> 'result', $10,
        (new.body ->> 'begun_at')::timestamptz, (new.body ->> 'ended_at')::timestamptz
    FROM held, unnest($3::integer[], $4::text[], $5::jsonb[]) AS new (number, kind, body)
)
SELECT count(*) FROM held
