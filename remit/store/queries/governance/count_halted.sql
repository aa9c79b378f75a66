-- Count what a halt of this scope holds up.
SELECT
    (SELECT count(*) FROM review WHERE state = 'open'
        AND ($1 = 'everything' OR $1 = 'worker:' || worker OR $1 = 'domain:' || domain)) AS reviews,
    (SELECT count(*) FROM run JOIN worker ON worker.name = run.worker WHERE state IN ('open', 'running', 'waiting')
        AND ($1 = 'everything' OR $1 = 'worker:' || run.worker OR $1 = 'domain:' || worker.domain)) AS runs
