-- Note for every process that a system said when to come back. $1 name, $2 in how many seconds
INSERT INTO pace (name, due_at, not_before)
VALUES ($1, clock_timestamp(), clock_timestamp() + make_interval(secs => $2::float8))
ON CONFLICT (name) DO UPDATE SET not_before = greatest(pace.not_before, excluded.not_before)
