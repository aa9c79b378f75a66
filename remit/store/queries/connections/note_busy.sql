-- Note for every process when a system said to come back. $1 name, $2 when
INSERT INTO pace (name, due_at, not_before) VALUES ($1, clock_timestamp(), $2)
ON CONFLICT (name) DO UPDATE SET not_before = greatest(pace.not_before, excluded.not_before)
