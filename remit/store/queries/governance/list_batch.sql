-- List reviews by their numbers, with the money each proposal moves as it stands, and which argument that is.
SELECT id, packet ->> 'proposal' AS proposal, worker, operation, kind, digest, state, risk, expires_at, arguments,
    coalesce(packet ->> 'counts', '') AS counts,
    arguments -> (packet ->> 'counts') AS amount
FROM review WHERE id = ANY ($1::uuid[]) ORDER BY opened_at, id
