-- List the reversals asked for in a scope since a moment, oldest first, with what became of each.
-- $1 scope, $2 since
SELECT run.id AS run, run.reverses AS key, signal.data ->> 'operation' AS operation, signal.requested_by,
    signal.data ->> 'reason' AS reason, run.opened_at AS requested_at, run.state, run.waits_for, run.reason AS outcome,
    coalesce(action.state, '') AS action_state
FROM run JOIN signal ON signal.id = run.signal LEFT JOIN worker ON worker.name = run.worker
LEFT JOIN action ON action.run = run.id AND action.step = 1
WHERE run.reverses <> '' AND run.opened_at >= $2
    AND $1 = ANY (halt_scopes(run.worker, worker.domain, worker.workflow, split_part(signal.data ->> 'reversed', '.', 1)))
ORDER BY run.opened_at
