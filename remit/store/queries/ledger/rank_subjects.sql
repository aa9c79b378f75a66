-- Order subjects by how many entries concern them, rarest first, as far as counting some thousands tells.
SELECT subject FROM unnest($1::text[]) AS asked (subject)
ORDER BY (SELECT count(*) FROM (SELECT FROM entry_subject WHERE subject = asked.subject LIMIT 20000) AS few), subject
