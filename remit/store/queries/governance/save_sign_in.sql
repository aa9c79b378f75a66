-- Keep how a person proves who they are, in place of what was kept before.
INSERT INTO sign_in (issuer, subject, person, secret, roles, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (issuer, subject) DO UPDATE SET secret = excluded.secret, roles = excluded.roles, changed_at = excluded.changed_at
