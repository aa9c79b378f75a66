-- Take open reviews of which people are to be reminded, some at a time; the clock of one under a halt stands still.
SELECT review.id, review.run, review.worker, review.domain, review.operation, review.roles, review.approvals, review.digest,
    review.packet, review.told, review.notices, review.opened_at, review.expires_at
FROM review JOIN run ON run.id = review.run LEFT JOIN worker ON worker.name = review.worker
WHERE review.state = 'open' AND review.notice_at <= $1 AND review.expires_at > $1
    AND NOT EXISTS (SELECT FROM halt WHERE lifted_at IS NULL AND scope = ANY (holding_scopes(
        run.reverses, review.worker, review.domain, worker.workflow, split_part(review.operation, '.', 1))))
ORDER BY review.notice_at LIMIT 200 FOR UPDATE OF review SKIP LOCKED
