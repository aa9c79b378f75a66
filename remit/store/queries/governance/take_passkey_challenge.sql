-- Take what a person's passkey has to answer, once.
DELETE FROM passkey_challenge WHERE person = $1 RETURNING challenge, expires_at
