-- Set a halt, unless the scope is halted already.
INSERT INTO halt (id, scope, reason, set_by, set_at, is_drill) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (scope) WHERE lifted_at IS NULL DO NOTHING RETURNING id
