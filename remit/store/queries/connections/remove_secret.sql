-- Remove a secret; give its name if it was there.
DELETE FROM secret WHERE name = $1 RETURNING name
