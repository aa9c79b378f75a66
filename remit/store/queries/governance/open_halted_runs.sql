-- Open the runs that waited for a halt and are under none any more; those another process opens just now are its.
UPDATE run SET state = 'open', waits_for = '', changed_at = $1
WHERE id IN (
    SELECT run.id FROM run JOIN worker ON worker.name = run.worker
    WHERE run.state = 'waiting' AND run.waits_for = 'halt'
        AND NOT EXISTS (SELECT FROM halt WHERE lifted_at IS NULL
            AND scope = ANY (holding_scopes(run.reverses, run.worker, worker.domain, worker.workflow, run.held_by)))
    FOR UPDATE OF run SKIP LOCKED)
RETURNING id
