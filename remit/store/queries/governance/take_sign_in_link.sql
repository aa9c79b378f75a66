-- Use a code that still counts: once.
DELETE FROM sign_in_link USING person
WHERE digest = $1 AND expires_at > $2 AND person.id = sign_in_link.person AND is_active RETURNING person.id
