-- List the actions in a scope whose system is being asked.
SELECT action.run || ':' || action.step AS key, action.operation
FROM action LEFT JOIN worker ON worker.name = action.worker
WHERE action.state = 'performing'
    AND $1 = ANY (halt_scopes(action.worker, worker.domain, worker.workflow, split_part(action.operation, '.', 1)))
ORDER BY action.decided_at
