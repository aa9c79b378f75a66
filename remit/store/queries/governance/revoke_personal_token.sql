-- Let a token count no more.
UPDATE personal_token SET revoked_at = $3 WHERE id = $1 AND person = $2 AND revoked_at IS NULL RETURNING id
