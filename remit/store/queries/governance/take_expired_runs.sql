-- Take runs of a worker that ended before a moment and hold content still, some at a time; none that is held.
-- $1 worker, $2 before
SELECT run.id, signal.subject FROM run JOIN signal ON signal.id = run.signal
WHERE run.worker = $1 AND run.changed_at < $2 AND run.redacted_at IS NULL AND run.state IN ('done', 'exception', 'stopped')
    AND NOT EXISTS (SELECT FROM hold WHERE hold.lifted_at IS NULL
        AND hold.scope IN ('everything', 'worker:' || run.worker, signal.subject))
    AND NOT EXISTS (SELECT FROM entry JOIN hold ON hold.scope = entry.about AND hold.lifted_at IS NULL
        WHERE entry.run = run.id AND entry.about <> '')
ORDER BY run.changed_at LIMIT 500 FOR UPDATE OF run SKIP LOCKED
