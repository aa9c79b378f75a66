-- List the open reviews of a scope, oldest first.
SELECT review.id, review.run, review.worker, review.operation, review.roles, review.expires_at
FROM review JOIN run ON run.id = review.run LEFT JOIN worker ON worker.name = review.worker
WHERE review.state = 'open'
    AND $1 = ANY (holding_scopes(run.reverses, review.worker, review.domain, worker.workflow, split_part(review.operation, '.', 1)))
ORDER BY review.opened_at LIMIT $2
