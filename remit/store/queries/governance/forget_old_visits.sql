-- Forget those who did not come back.
DELETE FROM provider_visit WHERE expires_at <= $1
