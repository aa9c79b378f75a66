-- Show when drills are held, and when one last ended.
SELECT cron, planned_by, planned_at,
    (SELECT max(due_at) FROM drill) AS last_due_at, (SELECT max(ended_at) FROM drill) AS last_ended_at
FROM drill_plan
