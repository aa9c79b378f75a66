-- Find entries that concern all of some subjects, newest first; a filter that is null does not filter.
-- $1 to $9 as in find_entries, $10 the rarest subject, by which they are gone through, $11 the others
WITH found AS MATERIALIZED (
    SELECT named.*
    FROM entry_subject AS concern
    -- OFFSET 0: one look-up for each entry concerned, whatever the planner believes of how many match
    CROSS JOIN LATERAL (
        SELECT serial, id, at, kind, worker, run, about, trace_id, body
        FROM entry
        WHERE entry.serial = concern.serial
            AND ($1::uuid IS NULL OR run = $1)
            AND ($2::text IS NULL OR worker = $2)
            AND ($3::text IS NULL OR trace_id = $3)
            AND ($4::text IS NULL OR kind = $4)
        OFFSET 0
    ) AS named
    WHERE concern.subject = $10
        AND ($5::timestamptz IS NULL OR concern.at >= $5)
        AND ($6::timestamptz IS NULL OR concern.at < $6)
        AND ($7::timestamptz IS NULL OR (concern.at, concern.serial) < ($7, $8::bigint))
        AND NOT EXISTS (
            SELECT FROM unnest($11::text[]) AS other (subject)
            WHERE NOT EXISTS (
                SELECT FROM entry_subject AS also
                WHERE also.subject = other.subject AND also.at = concern.at AND also.serial = concern.serial))
    ORDER BY concern.at DESC, concern.serial DESC
    LIMIT $9
)
SELECT leaf.index, found.*, subject_key.key
FROM found LEFT JOIN leaf USING (serial) LEFT JOIN subject_key ON subject_key.subject = found.about
ORDER BY found.at DESC, found.serial DESC
