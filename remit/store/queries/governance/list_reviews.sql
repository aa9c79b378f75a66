-- List reviews in one state, oldest first.
SELECT id, run, step, worker, domain, operation, kind, digest, packet, arguments, roles, approvals, risk, state, opened_at, expires_at
FROM review WHERE state = $1 ORDER BY opened_at, id LIMIT $2
