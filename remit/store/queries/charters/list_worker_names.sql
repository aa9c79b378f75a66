-- List the names of all workers.
SELECT name FROM worker ORDER BY name
