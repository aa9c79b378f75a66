-- Find for whom a code is that still counts.
SELECT person.id, person.name FROM sign_in_link JOIN person ON person.id = sign_in_link.person
WHERE digest = $1 AND expires_at > $2 AND is_active
