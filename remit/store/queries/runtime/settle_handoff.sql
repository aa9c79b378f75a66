-- End a handoff, once. $5 the states it may be ended out of
UPDATE handoff SET state = $2, reason = $3, settled_at = $4 WHERE id = $1 AND state = ANY ($5::text[])
RETURNING path, run, from_worker, owner, failure_owner, trace_id
