-- List the signed entries of runs, each run with the signal that began it, in order of index.
-- $1 runs, $2 the size of the tree
WITH asked AS MATERIALIZED (
    SELECT wanted.run, wanted.place, (SELECT trace_id FROM entry WHERE entry.run = wanted.run AND trace_id <> '' LIMIT 1)
    FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (run, place)
)
SELECT asked.run AS of, leaf.index, found.body
FROM asked
CROSS JOIN LATERAL (
    SELECT serial, body FROM entry WHERE entry.run = asked.run
    UNION ALL -- a signal that opened several runs is of none of them
    SELECT serial, body FROM entry
    WHERE entry.trace_id = asked.trace_id AND entry.trace_id <> '' AND kind = 'signal.received' AND entry.run IS NULL
        AND position(convert_to(asked.run::text, 'UTF8') IN body) > 0
) AS found
JOIN leaf USING (serial)
WHERE leaf.index < $2
ORDER BY asked.place, leaf.index
