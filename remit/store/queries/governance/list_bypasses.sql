-- List bypasses, newest first; $1 takes only those that are asked for or in force.
SELECT id, domain, rule, worker, operation, reason, asked_by, asked_at, until, granted_by, granted_at, ended_by, ended_at
FROM bypass WHERE NOT $1 OR (ended_at IS NULL AND until > $2) ORDER BY asked_at DESC, id DESC LIMIT $3
