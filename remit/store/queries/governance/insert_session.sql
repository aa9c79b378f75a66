-- Begin a session.
INSERT INTO session (id, person, issuer, begun_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)
