-- Forget a process that ended, and those that have not lived for a day.
DELETE FROM process WHERE id = $1 OR beat_at < clock_timestamp() - interval '1 day'
