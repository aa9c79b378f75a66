-- List workers with their current charter and what came of the reviews of their actions; $1 is a name, or null for all.
SELECT
    worker.name,
    worker.status,
    worker.changed_at,
    worker.current AS version,
    worker_version.charter,
    count(*) FILTER (WHERE judged.verdict = 'approved')::int AS approved,
    count(*) FILTER (WHERE judged.verdict = 'edited')::int AS edited,
    count(*) FILTER (WHERE judged.verdict = 'rejected')::int AS rejected,
    max(judged.answered_at) AS last_answered_at
FROM worker
JOIN worker_version ON worker_version.digest = worker.current
LEFT JOIN LATERAL (
    SELECT
        review.answered_at,
        CASE
            WHEN review.state = 'rejected' THEN 'rejected'
            WHEN EXISTS (SELECT FROM answer WHERE answer.review = review.id AND answer.edited) THEN 'edited'
            ELSE 'approved'
        END AS verdict
    FROM review
    WHERE review.worker = worker.name AND review.kind = 'action' AND review.state IN ('approved', 'used', 'rejected')
) AS judged ON true
WHERE $1::text IS NULL OR worker.name = $1
GROUP BY worker.name, worker_version.digest
ORDER BY worker.name
