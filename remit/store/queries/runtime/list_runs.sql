-- List runs, last changed first, keyset by (changed_at, id); an empty filter takes any.
-- $1 state, $2 worker, $3 trace, $4 changed before, $5 limit, $6 domain of the worker
SELECT run.id, run.worker, run.state, run.waits_for, run.reason, run.trace_id, run.opened_at, run.changed_at, run.handoff,
    signal.type, signal.subject, signal.source, run.reverses, overrides_of(run.id) AS overrides
FROM run JOIN signal ON signal.id = run.signal
WHERE ($1 = '' OR run.state = $1) AND ($2 = '' OR run.worker = $2) AND ($3 = '' OR run.trace_id = $3)
    AND ($6 = '' OR run.worker IN (SELECT name FROM worker WHERE domain = $6))
    AND ($4::timestamptz IS NULL OR run.changed_at < $4)
ORDER BY run.changed_at DESC, run.id DESC LIMIT $5
