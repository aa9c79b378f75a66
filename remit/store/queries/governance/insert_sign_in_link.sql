-- Keep the digest of a code somebody can sign in with once, and forget those that are over.
WITH over AS (DELETE FROM sign_in_link WHERE expires_at <= $3)
INSERT INTO sign_in_link (digest, person, expires_at) VALUES ($1, $2, $4)
