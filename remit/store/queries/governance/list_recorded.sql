-- List the decisions about the actions of the newest runs, newest run first; $1 worker and $2 operation, or null for all.
SELECT run, step, worker, operation, decision FROM action
WHERE ($1::text IS NULL OR worker = $1) AND ($2::text IS NULL OR operation = $2) ORDER BY run DESC, step DESC LIMIT $3
