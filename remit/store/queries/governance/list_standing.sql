-- Tell how workers stand: reviews that wait, runs opened since a moment and how many of them failed, the last incident that
-- stopped it, and what people said of its last proposals. $1 a worker, or null for all; $2 since
SELECT worker.name,
    coalesce(waiting.reviews, 0) AS pending, coalesce(ran.runs, 0) AS runs, coalesce(ran.exceptions, 0) AS exceptions,
    met.incident, met.opened_at AS incident_at, coalesce(judged.marks, '{}') AS marks
FROM worker
LEFT JOIN (SELECT worker, count(*) AS reviews FROM review
    WHERE state = 'open' AND ($1::text IS NULL OR worker = $1) GROUP BY worker) AS waiting ON waiting.worker = worker.name
LEFT JOIN (SELECT worker, count(*) AS runs, count(*) FILTER (WHERE state = 'exception') AS exceptions FROM run
    WHERE opened_at >= $2 AND ($1::text IS NULL OR worker = $1) GROUP BY worker) AS ran ON ran.worker = worker.name
LEFT JOIN LATERAL (SELECT incident.id AS incident, incident.opened_at FROM incident JOIN halt ON halt.id = incident.halt
    WHERE halt.scope IN ('everything', 'worker:' || worker.name, 'domain:' || worker.domain, 'workflow:' || worker.workflow)
    ORDER BY incident.opened_at DESC LIMIT 1) AS met ON true
LEFT JOIN LATERAL (SELECT array_agg(said.verdict ORDER BY said.answered_at) AS marks FROM (
    SELECT review.answered_at, CASE WHEN review.state = 'rejected' THEN 'rejected'
        WHEN EXISTS (SELECT FROM answer WHERE answer.review = review.id AND edited) THEN 'edited' ELSE 'approved' END AS verdict
    FROM review WHERE review.worker = worker.name AND kind = 'action' AND answered_at IS NOT NULL
        AND state IN ('approved', 'used', 'lapsed', 'rejected')
    ORDER BY answered_at DESC LIMIT 24) AS said) AS judged ON true
WHERE $1::text IS NULL OR worker.name = $1
