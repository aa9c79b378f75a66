-- List leaves in order of index, each with its entry, where there is one.
-- $1 first index, $2 how many
SELECT leaf.index, leaf.hash, entry.*
FROM leaf
-- OFFSET 0: one look-up for each row, whatever the planner believes about the size of the table
LEFT JOIN LATERAL (
    SELECT id::text AS id, at, kind, worker, run::text AS run, about, trace_id, body
    FROM entry WHERE entry.serial = leaf.serial OFFSET 0
) AS entry ON true
WHERE leaf.index BETWEEN $1 AND $1 + $2 - 1
ORDER BY leaf.index
