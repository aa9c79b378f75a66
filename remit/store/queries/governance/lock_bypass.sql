-- Hold a bypass while it is granted or ended.
SELECT id, domain, rule, worker, operation, reason, asked_by, asked_at, until, granted_by, granted_at, ended_by, ended_at
FROM bypass WHERE id = $1 FOR UPDATE
