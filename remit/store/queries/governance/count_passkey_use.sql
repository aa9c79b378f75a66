-- Note how often a passkey says that it was used.
UPDATE passkey SET sign_count = $2 WHERE id = $1
