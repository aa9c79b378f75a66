-- Show one person.
SELECT id, name, mail, roles, is_active FROM person WHERE id = $1
