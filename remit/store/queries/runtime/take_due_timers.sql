-- Take the timers that ran out, some at a time. Each stays, so that an older event that comes late starts nothing anew.
UPDATE timer SET due_at = 'infinity' WHERE (worker, trigger, about) IN (
    SELECT worker, trigger, about FROM timer WHERE due_at <= $1 ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING worker, trigger, about, since, trace_id
