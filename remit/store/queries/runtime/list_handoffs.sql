-- List handoffs, newest first, in one state or, when it is empty, in any.
SELECT id, path, run, from_worker, receiving_domain, owner, failure_owner, context, terms, state, reason, trace_id, opened_at,
    acknowledge_by, acknowledged_at, settled_at
FROM handoff WHERE $1 = '' OR state = $1 ORDER BY opened_at DESC LIMIT $2
