-- Open a review.
INSERT INTO review (id, run, step, worker, domain, operation, kind, digest, requested_by, packet, arguments, roles,
    approvals, risk, sources, state, opened_at, expires_at, notice_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, $17, $18)
