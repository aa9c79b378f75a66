-- Count what a halt of this scope holds up.
SELECT
    (SELECT count(*) FROM review LEFT JOIN worker ON worker.name = review.worker WHERE state = 'open'
        AND $1 = ANY (halt_scopes(review.worker, review.domain, worker.workflow, split_part(operation, '.', 1)))) AS reviews,
    (SELECT count(*) FROM run JOIN worker ON worker.name = run.worker WHERE state IN ('open', 'running', 'waiting')
        AND $1 = ANY (halt_scopes(run.worker, worker.domain, worker.workflow, nullif(run.held_by, '')))) AS runs
