-- Find entries, newest first; a filter that is null does not filter.
-- $1 run, $2 worker, $3 about, $4 trace id, $5 kind, $6 from, $7 until, $8 before this serial, $9 how many
WITH found AS MATERIALIZED (
    SELECT serial, id, at, kind, worker, run, about, trace_id, body
    FROM entry
    WHERE ($1::uuid IS NULL OR run = $1)
        AND ($2::text IS NULL OR (worker = $2 AND worker <> ''))
        AND ($3::text IS NULL OR (about = $3 AND about <> ''))
        AND ($4::text IS NULL OR (trace_id = $4 AND trace_id <> ''))
        AND ($5::text IS NULL OR kind = $5)
        AND ($6::timestamptz IS NULL OR at >= $6)
        AND ($7::timestamptz IS NULL OR at < $7)
        AND ($8::bigint IS NULL OR serial < $8)
    ORDER BY serial DESC
    LIMIT $9
)
SELECT leaf.index, found.*, subject_key.key
FROM found LEFT JOIN leaf USING (serial) LEFT JOIN subject_key ON subject_key.subject = found.about
ORDER BY found.serial DESC
