-- Demand passkeys, unless they are demanded already.
INSERT INTO passkey_demand (id, set_by, set_at) VALUES ($1, $2, $3) ON CONFLICT ((true)) WHERE lifted_at IS NULL DO NOTHING RETURNING id
