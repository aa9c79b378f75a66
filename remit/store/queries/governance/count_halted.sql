-- Count what a halt of this scope holds up.
SELECT
    (SELECT count(*) FROM review JOIN run ON run.id = review.run LEFT JOIN worker ON worker.name = review.worker
        WHERE review.state = 'open' AND $1 = ANY (holding_scopes(run.reverses, review.worker, review.domain, worker.workflow, split_part(operation, '.', 1)))) AS reviews,
    (SELECT count(*) FROM run JOIN worker ON worker.name = run.worker WHERE state IN ('open', 'running', 'waiting')
        AND $1 = ANY (holding_scopes(run.reverses, run.worker, worker.domain, worker.workflow, nullif(run.held_by, '')))) AS runs
