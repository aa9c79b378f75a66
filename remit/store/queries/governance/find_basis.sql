-- Tell by which rules and which version of a worker a mandate has to be made now; $1 the worker.
SELECT (SELECT coalesce(max(number), 0) FROM rule_file) AS number, (SELECT current FROM worker WHERE name = $1) AS version
