-- Take the next turn of what is done at most so often, if it comes soon enough; tell how long to wait for it.
-- $1 name, $2 seconds between two, $3 seconds' worth that may come at once, $4 the longest wait, $5 now (null: by the database's clock)
WITH taken AS (
    INSERT INTO pace (name, due_at)
    SELECT $1, coalesce($5::timestamptz, clock_timestamp()) + make_interval(secs => $2::float8)
    ON CONFLICT (name) DO UPDATE SET due_at =
        greatest(pace.due_at, pace.not_before, coalesce($5, clock_timestamp())) + make_interval(secs => $2)
    WHERE greatest(pace.due_at - make_interval(secs => $3::float8), pace.not_before)
        <= coalesce($5, clock_timestamp()) + make_interval(secs => $4::float8)
    RETURNING greatest(due_at - make_interval(secs => $2 + $3), not_before) AS turn_at
)
SELECT true AS is_taken, extract(epoch FROM turn_at - coalesce($5, clock_timestamp()))::float8 AS wait FROM taken
UNION ALL
SELECT false,
    extract(epoch FROM greatest(due_at - make_interval(secs => $3), not_before) - coalesce($5, clock_timestamp()))::float8
FROM pace WHERE name = $1 AND NOT EXISTS (SELECT FROM taken)
