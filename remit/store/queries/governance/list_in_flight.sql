-- List the actions in a scope whose system is being asked.
SELECT action.run || ':' || action.step AS key, action.operation
FROM action LEFT JOIN worker ON worker.name = action.worker
WHERE action.state = 'performing'
    AND ($1 = 'everything' OR $1 = 'worker:' || action.worker OR $1 = 'domain:' || worker.domain)
ORDER BY action.decided_at
