-- Find the entry that comes so many after a place, among those that concern all of some subjects.
-- $1 to $11 as in find_place_above, $12 the rarest subject, by which they are gone through, $13 the others
SELECT named.serial
FROM entry_subject AS concern
-- OFFSET 0: one look-up for each entry concerned, whatever the planner believes of how many match
CROSS JOIN LATERAL (
    SELECT serial FROM entry
    WHERE entry.serial = concern.serial
        AND ($1::uuid IS NULL OR run = $1)
        AND ($2::text IS NULL OR worker = $2)
        AND ($3::text IS NULL OR trace_id = $3)
        AND ($4::text IS NULL OR kind = $4)
    OFFSET 0
) AS named
WHERE concern.subject = $12
    AND ($5::timestamptz IS NULL OR concern.at >= $5)
    AND ($6::timestamptz IS NULL OR concern.at < $6)
    AND (concern.at, concern.serial) > ($7, $8::bigint)
    AND ($9::timestamptz IS NULL OR (concern.at, concern.serial) < ($9, $10::bigint))
    AND NOT EXISTS (
        SELECT FROM unnest($13::text[]) AS other (subject)
        WHERE NOT EXISTS (
            SELECT FROM entry_subject AS also
            WHERE also.subject = other.subject AND also.at = concern.at AND also.serial = concern.serial))
ORDER BY concern.at, concern.serial OFFSET $11 LIMIT 1
