-- Let somebody answer reviews under a role of another.
INSERT INTO delegation (id, delegator, delegate, role, domain, reason, given_at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
