-- List the handoffs of a trace as they were opened, each with the domain it came from and the runs it opened. $1 trace
SELECT handoff.id, path, run, from_worker, sender.domain AS from_domain, receiving_domain, owner, failure_owner, context, terms,
    state, reason, opened_at, acknowledge_by, acknowledged_at, settled_at,
    ARRAY(SELECT opened.id FROM run AS opened WHERE opened.trace_id = $1 AND opened.handoff = handoff.id) AS receivers
FROM handoff LEFT JOIN worker AS sender ON sender.name = handoff.from_worker
WHERE handoff.trace_id = $1 ORDER BY opened_at, handoff.id LIMIT 100
