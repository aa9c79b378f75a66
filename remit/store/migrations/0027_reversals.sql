-- Reversals: runs that take an action back, which a narrow halt does not hold up; and what people overrode in a run.
-- On a running house: a column with a constant default, two partial indexes and two functions; nothing is rewritten.
ALTER TABLE run ADD COLUMN reverses text NOT NULL DEFAULT ''; -- the key of the action it takes back; empty for any other run

-- INVARIANT: an action is taken back by one run at a time, and not again once that run is done.
CREATE UNIQUE INDEX run_reversing ON run (reverses) WHERE reverses <> '' AND state NOT IN ('exception', 'stopped');
CREATE INDEX run_reverses ON run (reverses) WHERE reverses <> '';

-- The halts that hold up a run: a reversal is what a halt of its worker, workflow or domain calls for.
CREATE FUNCTION holding_scopes(reverses text, worker text, domain text, workflow text, system text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reverses <> '' THEN ARRAY['everything', 'connection:' || system]
    ELSE halt_scopes(worker, domain, workflow, system) END;

-- What people overrode in a run: they edited or rejected what it proposed, stopped it, or took back what it did.
CREATE FUNCTION overrides_of(number uuid) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM review JOIN answer ON answer.review = review.id
            WHERE review.run = number AND review.kind = 'action' AND answer.edited) THEN 'edited' END,
        CASE WHEN EXISTS (SELECT FROM review JOIN answer ON answer.review = review.id
            WHERE review.run = number AND review.kind = 'action' AND answer.verdict = 'reject') THEN 'rejected' END,
        CASE WHEN EXISTS (SELECT FROM run LEFT JOIN worker ON worker.name = run.worker
            JOIN halt ON halt.scope = ANY (holding_scopes(run.reverses, run.worker, worker.domain, worker.workflow, NULL)
                    || ARRAY(SELECT 'connection:' || split_part(operation, '.', 1) FROM action WHERE action.run = number))
                AND NOT halt.is_drill AND (halt.lifted_at IS NULL OR halt.lifted_at > run.opened_at)
                AND (run.state IN ('open', 'running', 'waiting') OR halt.set_at < run.changed_at)
            WHERE run.id = number) THEN 'stopped' END,
        CASE WHEN EXISTS (SELECT FROM run AS back JOIN action ON action.run = back.id AND action.state = 'performed'
            WHERE back.reverses <> ''
                AND back.reverses IN (SELECT run || ':' || step FROM action WHERE action.run = number)) THEN 'reversed' END
    ], NULL)
$$;
