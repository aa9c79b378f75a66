-- List the runs of a trace as they were opened, with the signal each began with and the review it waits for. $1 trace, $2 how many at most
SELECT run.id, run.worker, run.state, run.waits_for, run.reason, run.opened_at, run.changed_at, run.handoff, run.reverses,
    worker.domain, signal.type, signal.subject, signal.source, signal.received_at, signal.requested_by,
    (SELECT review.id FROM review WHERE review.run = run.id AND review.state = 'open' ORDER BY opened_at DESC LIMIT 1) AS review
FROM run JOIN signal ON signal.id = run.signal LEFT JOIN worker ON worker.name = run.worker
WHERE run.trace_id = $1 ORDER BY run.opened_at, run.id LIMIT $2
