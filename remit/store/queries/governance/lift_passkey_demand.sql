-- Demand passkeys no more.
UPDATE passkey_demand SET lifted_by = $2, lifted_at = $3 WHERE id = $1
