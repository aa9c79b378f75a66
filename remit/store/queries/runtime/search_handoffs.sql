-- Search handoffs, newest first, keyset by (opened_at, id); an empty filter takes any.
-- $1 state, `late` for those not taken up in time, $2 domain it came from or went to, $3 path, $4 from which worker,
-- $5 and $6 opened before this moment and handoff, $7 limit, $8 now
SELECT handoff.id, path, run, from_worker, sender.domain AS from_domain, receiving_domain, owner, failure_owner, state, reason,
    trace_id, opened_at, acknowledge_by, acknowledged_at, settled_at,
    (SELECT min(opened.id::text) FROM run AS opened WHERE opened.trace_id = handoff.trace_id AND opened.handoff = handoff.id) AS receiver
FROM handoff LEFT JOIN worker AS sender ON sender.name = handoff.from_worker
WHERE ($1 = '' OR state = $1 OR ($1 = 'under_way' AND state IN ('open', 'acknowledged'))
        OR ($1 = 'late' AND state = 'open' AND acknowledge_by <= $8))
    AND ($2 = '' OR receiving_domain = $2 OR sender.domain = $2)
    AND ($3 = '' OR path = $3) AND ($4 = '' OR from_worker = $4)
    AND ($5::timestamptz IS NULL OR (opened_at, handoff.id) < ($5, $6::uuid))
ORDER BY opened_at DESC, handoff.id DESC LIMIT $7
