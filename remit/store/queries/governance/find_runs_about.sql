-- Find every run that concerns a subject, with its worker and state: begun by a signal about it, or with an entry about it.
SELECT run.id, run.worker, run.state, run.redacted_at FROM run
WHERE run.signal IN (SELECT id FROM signal WHERE subject = $1)
    OR run.id IN (SELECT run FROM entry WHERE about = $1 AND run IS NOT NULL)
