-- Remove a passkey of a person.
UPDATE passkey SET removed_at = $3 WHERE id = $1 AND person = $2 AND removed_at IS NULL RETURNING id
