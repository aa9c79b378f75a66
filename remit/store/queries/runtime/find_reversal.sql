-- Find the newest run that was to take an action back, with what became of it; $1 the action's key.
SELECT run.id, run.state, coalesce(action.state, '') AS action_state, signal.data -> 'arguments' AS arguments
FROM run JOIN signal ON signal.id = run.signal LEFT JOIN action ON action.run = run.id AND action.step = 1
WHERE run.reverses = $1 AND run.reverses <> '' ORDER BY run.opened_at DESC, run.id DESC LIMIT 1
