-- Record what a witness signed; the same a second time is passed over.
INSERT INTO cosignature (size, witness, line, signed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
