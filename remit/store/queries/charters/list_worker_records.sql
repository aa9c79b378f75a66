-- List workers with their current charter and what came of the reviews of their actions; $1 is a name, or null for all.
WITH judged AS (
    SELECT
        review.worker,
        count(*) FILTER (WHERE state <> 'rejected' AND edit.review IS NULL) AS approved,
        count(*) FILTER (WHERE state <> 'rejected' AND edit.review IS NOT NULL) AS edited,
        count(*) FILTER (WHERE state = 'rejected') AS rejected,
        max(answered_at) AS last_answered_at
    FROM review LEFT JOIN (SELECT DISTINCT review FROM answer WHERE edited) AS edit ON edit.review = review.id
    WHERE kind = 'action' AND state IN ('approved', 'used', 'rejected') AND ($1::text IS NULL OR review.worker = $1)
    GROUP BY review.worker
)
SELECT
    worker.name,
    worker.domain,
    worker.status,
    worker.changed_at,
    worker.current AS version,
    worker_version.charter,
    coalesce(judged.approved, 0) AS approved,
    coalesce(judged.edited, 0) AS edited,
    coalesce(judged.rejected, 0) AS rejected,
    judged.last_answered_at
FROM worker
JOIN worker_version ON worker_version.digest = worker.current
LEFT JOIN judged ON judged.worker = worker.name
WHERE $1::text IS NULL OR worker.name = $1
ORDER BY worker.name
