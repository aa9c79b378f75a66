-- Count for each worker and operation the proposals people decided since a moment, and those they edited or rejected.
SELECT review.worker, review.operation, count(*) AS decided,
    count(*) FILTER (WHERE review.state = 'rejected') AS rejected,
    count(*) FILTER (WHERE review.state <> 'rejected' AND edit.review IS NOT NULL) AS edited
FROM review LEFT JOIN (SELECT DISTINCT review FROM feedback WHERE kind = 'edit') AS edit ON edit.review = review.id
WHERE review.kind = 'action' AND review.state IN ('approved', 'used', 'lapsed', 'rejected') AND review.answered_at >= $1
    AND ($2 = '' OR review.worker = $2)
GROUP BY review.worker, review.operation ORDER BY review.worker, review.operation
