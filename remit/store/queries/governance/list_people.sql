-- List everybody.
SELECT id, name, mail, roles, is_active FROM person ORDER BY id
