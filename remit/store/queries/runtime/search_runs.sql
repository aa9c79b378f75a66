-- Search runs, last changed first, keyset by (changed_at, id); an empty filter takes any.
-- $1 state, $2 what they wait for, $3 worker, $4 domain of the worker, $5 and $6 changed before this moment and run,
-- $7 how many to look through, $8 text in small letters, $9 how many to find, $10 and $11 begun from this
-- moment on, and before that one
WITH looked AS MATERIALIZED (
    SELECT id, worker, state, waits_for, reason, trace_id, opened_at, changed_at, tries, reverses, handoff, signal
    FROM run
    WHERE ($1 = '' OR state = $1) AND ($2 = '' OR waits_for = $2) AND ($3 = '' OR worker = $3)
        AND ($4 = '' OR worker IN (SELECT name FROM worker WHERE domain = $4))
        AND ($5::timestamptz IS NULL OR (changed_at, id) < ($5, $6::uuid))
        AND ($10::timestamptz IS NULL OR opened_at >= $10) AND ($11::timestamptz IS NULL OR opened_at < $11)
    ORDER BY changed_at DESC, id DESC LIMIT $7
), edge AS (
    SELECT changed_at AS edge_at, id AS edge_id, (SELECT count(*) FROM looked) AS looked
    FROM looked ORDER BY changed_at, id LIMIT 1
), found AS MATERIALIZED (
    SELECT looked.*, type, subject, source
    FROM looked JOIN signal ON signal.id = looked.signal
    WHERE $8 = '' OR position($8 IN lower(concat_ws(' ', looked.id, worker, reason, looked.trace_id, subject, type))) > 0
    ORDER BY changed_at DESC, looked.id DESC LIMIT $9
)
SELECT edge.*, found.*, worker.domain, overrides_of(found.id) AS overrides,
    (SELECT review.id FROM review WHERE review.run = found.id AND review.state = 'open' ORDER BY opened_at DESC LIMIT 1) AS review
FROM edge LEFT JOIN found ON true LEFT JOIN worker ON worker.name = found.worker
ORDER BY found.changed_at DESC, found.id DESC
