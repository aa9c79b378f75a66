-- List the runs of a scope that have not ended, oldest first; for a connection those that met its halt.
SELECT run.id, run.worker, run.state, run.waits_for, run.reason, run.opened_at
FROM run JOIN worker ON worker.name = run.worker
WHERE run.state IN ('open', 'running', 'waiting')
    AND $1 = ANY (holding_scopes(run.reverses, run.worker, worker.domain, worker.workflow, nullif(run.held_by, '')))
ORDER BY run.opened_at LIMIT $2
