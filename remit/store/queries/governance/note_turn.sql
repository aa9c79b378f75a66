-- Note when an action may begin, so that it waits once. $1 run, $2 step, $3 when
INSERT INTO turn (run, step, due_at) VALUES ($1, $2, $3) ON CONFLICT (run, step) DO UPDATE SET due_at = excluded.due_at
