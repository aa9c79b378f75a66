-- Show one run with its signal, steps, actions and reviews.
SELECT run.*, signal.source, signal.signal_id, signal.type, signal.subject, signal.occurred_at, signal.received_at,
    signal.data, signal.requested_by, overrides_of(run.id) AS overrides,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('number', number, 'kind', kind, 'name', name, 'asked', asked,
        'result', CASE WHEN pg_column_size(result) > 20000 THEN '"(long)"'::jsonb ELSE result END,
        'recorded_at', recorded_at, 'begun_at', begun_at, 'ended_at', ended_at) ORDER BY number), '[]') FROM step WHERE step.run = $1) AS steps,
    (SELECT coalesce(jsonb_agg(to_jsonb(action) - 'run' - 'worker' - 'reserved' ORDER BY action.step), '[]')
        FROM action WHERE action.run = $1) AS actions,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', review.id, 'step', review.step, 'operation', review.operation,
        'state', review.state, 'opened_at', review.opened_at, 'answered_at', review.answered_at) ORDER BY opened_at), '[]')
        FROM review WHERE review.run = $1) AS reviews
FROM run JOIN signal ON signal.id = run.signal WHERE run.id = $1
