-- Keep a sealed secret, in place of an older one of the same name.
INSERT INTO secret (name, sealed, created_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at
