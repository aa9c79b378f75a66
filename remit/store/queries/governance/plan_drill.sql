-- Plan when drills are held, in place of an older plan.
INSERT INTO drill_plan (name, cron, planned_by, planned_at) VALUES ('kill-switch', $1, $2, $3)
ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, planned_by = excluded.planned_by, planned_at = excluded.planned_at
