-- Hold a passkey of a person while it is used, so that its counter only goes up.
SELECT id, public_key, sign_count, rp_id, origin FROM passkey WHERE id = $1 AND person = $2 AND removed_at IS NULL FOR UPDATE
