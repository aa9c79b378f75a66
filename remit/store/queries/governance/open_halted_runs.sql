-- Open the runs that waited for a halt and are under none any more.
UPDATE run SET state = 'open', waits_for = '', changed_at = $1
FROM worker
WHERE run.state = 'waiting' AND run.waits_for = 'halt' AND worker.name = run.worker
    AND NOT EXISTS (SELECT FROM halt WHERE lifted_at IS NULL
        AND scope IN ('everything', 'domain:' || worker.domain, 'worker:' || run.worker))
RETURNING run.id
