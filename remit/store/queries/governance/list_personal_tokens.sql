-- List the tokens of a person's scripts that count.
SELECT id, made_at, expires_at FROM personal_token
WHERE person = $1 AND expires_at > $2 AND revoked_at IS NULL ORDER BY made_at, id
