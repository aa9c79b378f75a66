-- Hold a delegation while it is ended.
SELECT id, delegator, delegate, role, domain, until, ended_at FROM delegation WHERE id = $1 FOR UPDATE
