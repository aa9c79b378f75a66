-- Find entries, newest first; a filter that is null does not filter.
-- $1 run, $2 worker, $3 trace id, $4 kind, $5 from, $6 until, $7 and $8 older than this moment and serial, $9 how many,
-- $10 subjects that must all be concerned
WITH found AS MATERIALIZED (
    SELECT at, serial -- and no more, so that an index alone can answer where one holds all that is asked
    FROM entry
    WHERE ($1::uuid IS NULL OR run = $1)
        AND ($2::text IS NULL OR (worker = $2 AND worker <> ''))
        AND ($3::text IS NULL OR (trace_id = $3 AND trace_id <> ''))
        AND ($4::text IS NULL OR kind = $4)
        AND ($5::timestamptz IS NULL OR at >= $5)
        AND ($6::timestamptz IS NULL OR at < $6)
        AND ($7::timestamptz IS NULL OR (at, serial) < ($7, $8::bigint))
        AND NOT EXISTS (
            SELECT FROM unnest($10::text[]) AS asked (subject)
            WHERE NOT EXISTS (
                SELECT FROM entry_subject AS concern
                WHERE concern.subject = asked.subject AND concern.at = entry.at AND concern.serial = entry.serial))
    ORDER BY at DESC, serial DESC
    LIMIT $9
)
SELECT leaf.index, entry.serial, id, entry.at, kind, worker, run, about, trace_id, body, subject_key.key
FROM found JOIN entry USING (serial) LEFT JOIN leaf USING (serial)
LEFT JOIN subject_key ON subject_key.subject = entry.about
ORDER BY entry.at DESC, entry.serial DESC
