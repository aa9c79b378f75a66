-- List the runs of a trace as they were opened, with the signal each began with. $1 trace, $2 how many at most
SELECT run.id, run.worker, run.state, run.waits_for, run.reason, run.opened_at, run.changed_at, run.handoff, run.reverses,
    worker.domain, signal.type, signal.subject, signal.source, signal.received_at, signal.requested_by
FROM run JOIN signal ON signal.id = run.signal LEFT JOIN worker ON worker.name = run.worker
WHERE run.trace_id = $1 ORDER BY run.opened_at, run.id LIMIT $2
