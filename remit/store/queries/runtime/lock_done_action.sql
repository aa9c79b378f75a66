-- Lock an action that somebody wants taken back, with what is known of its worker.
-- $1 run, $2 step
SELECT action.worker, action.operation, action.arguments, action.result, action.state, action.settled_at,
    run.reverses, run.trace_id, signal.subject AS about, worker.domain, worker.current
FROM action JOIN run ON run.id = action.run JOIN signal ON signal.id = run.signal
JOIN worker ON worker.name = action.worker
WHERE action.run = $1 AND action.step = $2 FOR UPDATE OF action
