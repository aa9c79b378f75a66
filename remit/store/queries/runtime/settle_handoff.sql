-- End a handoff, once.
UPDATE handoff SET state = $2, reason = $3, settled_at = $4 WHERE id = $1 AND state IN ('open', 'acknowledged')
RETURNING path, run, from_worker, owner, failure_owner, trace_id
