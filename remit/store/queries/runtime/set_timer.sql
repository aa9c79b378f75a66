-- Start the clock of an elapsed-time trigger anew for one thing; an older event that comes late does not set it back.
INSERT INTO timer (worker, trigger, about, since, due_at, trace_id) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (worker, trigger, about) DO UPDATE
    SET since = excluded.since, due_at = excluded.due_at, trace_id = excluded.trace_id WHERE timer.since < excluded.since
