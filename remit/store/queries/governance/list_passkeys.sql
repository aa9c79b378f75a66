-- List a person's passkeys.
SELECT id, name, public_key, sign_count, rp_id, origin, made_at FROM passkey WHERE person = $1 AND removed_at IS NULL ORDER BY made_at
