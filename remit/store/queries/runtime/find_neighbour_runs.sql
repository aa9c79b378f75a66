-- Find the runs of a worker that changed just before and just after one, and the worker's domain. $1 run, $2 worker, $3 when it changed
SELECT
    (SELECT id FROM run WHERE worker = $2 AND (changed_at, id) < ($3, $1) ORDER BY changed_at DESC, id DESC LIMIT 1) AS older,
    (SELECT id FROM run WHERE worker = $2 AND (changed_at, id) > ($3, $1) ORDER BY changed_at, id LIMIT 1) AS newer,
    (SELECT domain FROM worker WHERE name = $2) AS domain
