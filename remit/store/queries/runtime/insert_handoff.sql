-- Open a handoff.
INSERT INTO handoff (id, path, run, from_worker, receiving_domain, owner, failure_owner, context, terms, state, trace_id,
    opened_at, acknowledge_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12)
