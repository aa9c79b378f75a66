-- Order the filters by how many entries they leave, rarest first, as far as counting some thousands tells.
-- $1 subjects, $2 worker, $3 kind; what is not a subject is answered as empty
SELECT subject FROM (
    SELECT asked.subject,
        (SELECT count(*) FROM (SELECT FROM entry_subject WHERE subject = asked.subject LIMIT 50000) AS few) AS times
    FROM unnest($1::text[]) AS asked (subject)
    UNION ALL
    SELECT '', (SELECT count(*) FROM (SELECT FROM entry WHERE worker = $2 AND worker <> '' LIMIT 50000) AS few)
    WHERE $2::text IS NOT NULL
    UNION ALL
    SELECT '', (SELECT count(*) FROM (SELECT FROM entry WHERE kind = $3 LIMIT 50000) AS few) WHERE $3::text IS NOT NULL
) AS counted
ORDER BY times, subject = '', subject
