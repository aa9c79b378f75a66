-- Gather what one run has met before a step: its signal, its playbook, what was recorded, and what reviewers put in.
-- $1 run, $2 step, $3 reads whose answers are needed whole; of other answers only small ones, to say what stands in them
SELECT
    signal.type,
    signal.data,
    signal.requested_by,
    run.trigger,
    run.handoff IS NOT NULL AS is_handed_over,
    coalesce(worker_version.playbook, '') AS playbook,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'number', number, 'kind', kind, 'name', name, 'asked', asked,
            'result', CASE WHEN name = ANY ($3::text[]) OR pg_column_size(result) < 100000 THEN result END
        ) ORDER BY number), '[]')
        FROM step WHERE step.run = $1 AND number < $2) AS steps,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('proposed', packet -> 'arguments', 'left', arguments)
            ORDER BY opened_at, id), '[]')
        FROM review WHERE review.run = $1 AND kind = 'action' AND state IN ('approved', 'used')) AS reviews
FROM run
JOIN signal ON signal.id = run.signal
LEFT JOIN worker_version ON worker_version.digest = run.version
WHERE run.id = $1
