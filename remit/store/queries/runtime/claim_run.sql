-- Claim a run for this process: whoever held it before finds its fence gone. Under a halt it goes to wait instead.
WITH halted AS MATERIALIZED (
    SELECT EXISTS (
        SELECT FROM run LEFT JOIN worker ON worker.name = run.worker
        JOIN halt ON halt.lifted_at IS NULL
            AND halt.scope = ANY (holding_scopes(run.reverses, run.worker, worker.domain, worker.workflow, NULL))
        WHERE run.id = $1) AS now
), claimed AS (
    UPDATE run SET
        fence = fence + 1,
        attempts = attempts + CASE WHEN halted.now THEN 0 ELSE 1 END,
        state = CASE WHEN halted.now THEN 'waiting' ELSE 'running' END,
        waits_for = CASE WHEN halted.now THEN 'halt' ELSE '' END,
        changed_at = $2,
        held_by = '',
        wake_at = NULL
    FROM halted
    WHERE id = $1 AND state IN ('open', 'running')
    RETURNING run.*
)
SELECT claimed.id, claimed.worker, claimed.version, claimed.fence, claimed.attempts, claimed.tries, claimed.trace_id,
    claimed.handoff, claimed.reverses, signal.occurred_at,
    -- by the trace alone: a worker has many runs, a trace few
    (SELECT count(*) FILTER (WHERE earlier.worker = claimed.worker AND (earlier.opened_at, earlier.id) < (claimed.opened_at, claimed.id))
        FROM run AS earlier WHERE earlier.trace_id = claimed.trace_id) AS earlier_in_trace,
    jsonb_build_object('id', signal.id, 'source', source, 'signal_id', signal_id, 'type', type, 'subject', subject,
        'trace_id', signal.trace_id, 'requested_by', requested_by, 'data', data) AS signal_row,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('number', number, 'kind', kind, 'name', name, 'asked', asked,
        'result', result)), '[]') FROM step WHERE run = claimed.id) AS steps
FROM claimed JOIN signal ON signal.id = claimed.signal
WHERE claimed.state = 'running'
