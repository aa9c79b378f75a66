-- Find the entry that comes so many after a place, among those that match: where the page above that place begins.
-- $1 to $6 as in find_entries, $7 and $8 newer than this moment and serial, $9 and $10 older than these, $11 how many,
-- $12 subjects that must all be concerned
SELECT serial FROM entry
WHERE ($1::uuid IS NULL OR run = $1)
    AND ($2::text IS NULL OR (worker = $2 AND worker <> ''))
    AND ($3::text IS NULL OR (trace_id = $3 AND trace_id <> ''))
    AND ($4::text IS NULL OR kind = $4)
    AND ($5::timestamptz IS NULL OR at >= $5)
    AND ($6::timestamptz IS NULL OR at < $6)
    AND (at, serial) > ($7, $8::bigint)
    AND ($9::timestamptz IS NULL OR (at, serial) < ($9, $10::bigint))
    AND NOT EXISTS (
        SELECT FROM unnest($12::text[]) AS asked (subject)
        WHERE NOT EXISTS (
            SELECT FROM entry_subject AS concern
            WHERE concern.subject = asked.subject AND concern.at = entry.at AND concern.serial = entry.serial))
ORDER BY at, serial OFFSET $11 LIMIT 1
