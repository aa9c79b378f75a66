-- Set a halt, unless the scope is halted already.
INSERT INTO halt (id, scope, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (scope) WHERE lifted_at IS NULL DO NOTHING RETURNING id
