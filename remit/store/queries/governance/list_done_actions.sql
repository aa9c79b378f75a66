-- List what was done in a scope in a span of time, newest first.
-- $1 scope, $2 from, $3 until, $4 how many
SELECT action.run, action.step, action.worker, action.operation, action.arguments, action.result,
    signal.subject AS about, action.settled_at
FROM action JOIN run ON run.id = action.run JOIN signal ON signal.id = run.signal
LEFT JOIN worker ON worker.name = action.worker
WHERE action.state = 'performed' AND run.reverses = '' AND action.settled_at >= $2 AND action.settled_at <= $3
    AND $1 = ANY (halt_scopes(action.worker, worker.domain, worker.workflow, split_part(action.operation, '.', 1)))
ORDER BY action.settled_at DESC LIMIT $4
