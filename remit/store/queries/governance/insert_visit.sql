-- Note that a browser goes to the identity provider.
INSERT INTO provider_visit (state, browser, nonce, verifier, next, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
