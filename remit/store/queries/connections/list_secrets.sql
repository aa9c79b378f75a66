-- List the names of all secrets, and since when they are there.
SELECT name, created_at FROM secret ORDER BY name
