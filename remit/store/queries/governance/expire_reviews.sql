-- Close the reviews nobody answered in time, some at a time; the clock of one under a halt stands still.
UPDATE review SET state = 'expired', answered_at = $1
FROM run
WHERE run.id = review.run AND review.id IN (
    SELECT review.id FROM review JOIN run AS held ON held.id = review.run LEFT JOIN worker ON worker.name = review.worker
    WHERE review.state = 'open' AND review.expires_at <= $1
        AND NOT EXISTS (SELECT FROM halt WHERE lifted_at IS NULL AND scope = ANY (holding_scopes(
            held.reverses, review.worker, review.domain, worker.workflow, split_part(review.operation, '.', 1))))
    ORDER BY review.expires_at LIMIT 200 FOR UPDATE OF review SKIP LOCKED)
RETURNING review.id, review.run, review.step, review.worker, review.packet, run.trace_id
