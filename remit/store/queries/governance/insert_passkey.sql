-- Keep a passkey, unless it is known already.
INSERT INTO passkey (id, person, name, public_key, sign_count, rp_id, origin, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING RETURNING id
