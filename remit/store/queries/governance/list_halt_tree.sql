-- List the workers that can be stopped, each with its domain, its workflow and its systems.
SELECT name, domain, workflow, status, systems FROM worker WHERE status <> 'retired' ORDER BY domain, workflow, name
