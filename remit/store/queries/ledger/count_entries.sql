-- Count the entries that match, up to so many; a filter that is null does not filter.
-- $1 run, $2 worker, $3 trace id, $4 kind, $5 from, $6 until, $7 subjects that must all be concerned, $8 how far to count
SELECT count(*) FROM (
    SELECT FROM entry
    WHERE ($1::uuid IS NULL OR run = $1)
        AND ($2::text IS NULL OR (worker = $2 AND worker <> ''))
        AND ($3::text IS NULL OR (trace_id = $3 AND trace_id <> ''))
        AND ($4::text IS NULL OR kind = $4)
        AND ($5::timestamptz IS NULL OR at >= $5)
        AND ($6::timestamptz IS NULL OR at < $6)
        AND NOT EXISTS (
            SELECT FROM unnest($7::text[]) AS asked (subject)
            WHERE NOT EXISTS (
                SELECT FROM entry_subject AS concern
                WHERE concern.subject = asked.subject AND concern.at = entry.at AND concern.serial = entry.serial))
    LIMIT $8
) AS matching
