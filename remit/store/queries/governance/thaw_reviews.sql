-- Let the clocks of the open reviews under a lifted halt go on where they stood; under another halt they still stand.
-- $1 scope, $2 when the lifted halt was set, $3 now
WITH thawed AS (
    SELECT review.id, least(review.frozen_at, greatest(review.opened_at, $2)) AS since,
        EXISTS (SELECT FROM halt WHERE lifted_at IS NULL AND scope = ANY (holding_scopes(
            run.reverses, review.worker, review.domain, worker.workflow, split_part(review.operation, '.', 1)))) AS is_held
    FROM review JOIN run ON run.id = review.run LEFT JOIN worker ON worker.name = review.worker
    WHERE review.state = 'open'
        AND $1 = ANY (holding_scopes(run.reverses, review.worker, review.domain, worker.workflow, split_part(review.operation, '.', 1)))
    ORDER BY review.id FOR UPDATE OF review
)
UPDATE review SET
    frozen_at = CASE WHEN is_held THEN since END,
    expires_at = CASE WHEN is_held THEN expires_at ELSE expires_at + greatest($3 - since, interval '0') END
FROM thawed WHERE review.id = thawed.id
