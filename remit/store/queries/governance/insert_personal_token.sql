-- Keep the token of a person's scripts.
INSERT INTO personal_token (id, hash, person, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)
