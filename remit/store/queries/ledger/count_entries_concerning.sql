-- Count the entries that concern all of some subjects, up to so many; a filter that is null does not filter.
-- $1 to $6 as in count_entries, $7 the rarest subject, by which they are gone through, $8 the others, $9 how far to count
SELECT count(*) FROM (
    SELECT FROM entry_subject AS concern
    CROSS JOIN LATERAL (
        SELECT FROM entry
        WHERE entry.serial = concern.serial
            AND ($1::uuid IS NULL OR run = $1)
            AND ($2::text IS NULL OR worker = $2)
            AND ($3::text IS NULL OR trace_id = $3)
            AND ($4::text IS NULL OR kind = $4)
        OFFSET 0
    ) AS named
    WHERE concern.subject = $7
        AND ($5::timestamptz IS NULL OR concern.at >= $5)
        AND ($6::timestamptz IS NULL OR concern.at < $6)
        AND NOT EXISTS (
            SELECT FROM unnest($8::text[]) AS other (subject)
            WHERE NOT EXISTS (
                SELECT FROM entry_subject AS also
                WHERE also.subject = other.subject AND also.at = concern.at AND also.serial = concern.serial))
    LIMIT $9
) AS matching
