-- Set a hold, unless the scope is held already.
INSERT INTO hold (id, scope, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (scope) WHERE lifted_at IS NULL DO NOTHING RETURNING id
