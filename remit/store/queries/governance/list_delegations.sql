-- List the delegations in force at a moment, those that end first at the top; $1 is who gave or got them, or empty for all.
SELECT id, delegator, delegate, role, domain, reason, given_at, until FROM delegation
WHERE ($1 = '' OR $1 IN (delegator, delegate)) AND until > $2 AND ended_at IS NULL ORDER BY until, id LIMIT $3
