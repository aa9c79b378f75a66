-- Find the newest checkpoint a witness signed, with its cosignatures. $1 the witness, null for any
SELECT checkpoint.size, max(newest.signed_at) AS signed_at,
    checkpoint.note || string_agg(cosignature.line, '' ORDER BY cosignature.witness) AS note
FROM (SELECT size, signed_at FROM cosignature WHERE $1::text IS NULL OR witness = $1 ORDER BY size DESC LIMIT 1) AS newest
JOIN checkpoint ON checkpoint.size = newest.size
JOIN cosignature ON cosignature.size = newest.size
GROUP BY checkpoint.size, checkpoint.note
