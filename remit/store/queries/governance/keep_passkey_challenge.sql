-- Keep what a person's next passkey has to answer, in place of an older one.
INSERT INTO passkey_challenge (person, challenge, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (person) DO UPDATE SET challenge = excluded.challenge, expires_at = excluded.expires_at
