-- Save the steps of a run that goes on, if it is still ours.
-- $1-$5 claim, $6 now
WITH held AS (
    UPDATE run SET attempts = 0, tries = 0, changed_at = $6 WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id
), stepped AS (
    INSERT INTO step (run, number, kind, name, asked, result, recorded_at, begun_at, ended_at)
    SELECT held.id, new.number, new.kind, new.body ->> 'name', new.body -> 'asked', new.body -> 'result', $6,
        (new.body ->> 'begun_at')::timestamptz, (new.body ->> 'ended_at')::timestamptz
    FROM held, unnest($3::integer[], $4::text[], $5::jsonb[]) AS new (number, kind, body)
)
SELECT count(*) FROM held
