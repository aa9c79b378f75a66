-- List what can be halted besides everything and whole domains, each with its domain where it lies in just one.
SELECT 'worker:' || name AS scope, domain FROM worker
UNION ALL
SELECT 'workflow:' || workflow, CASE WHEN count(DISTINCT domain) = 1 THEN min(domain) ELSE '' END
FROM worker WHERE workflow <> '' GROUP BY workflow
UNION ALL
SELECT DISTINCT 'connection:' || system, ''
FROM (SELECT unnest(systems) AS system FROM worker UNION ALL SELECT unnest(systems) FROM process) AS connected
