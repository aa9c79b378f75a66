-- Take what was noted when this browser went to the identity provider: it comes back once.
DELETE FROM provider_visit WHERE state = $1 AND browser = $2 RETURNING nonce, verifier, next, expires_at
