-- List the sessions of a person that go on, those used last first; never what the browser holds.
-- $1 person, $2 now, $3 seen after, $4 the one that asks
SELECT issuer, begun_at, seen_at, expires_at, id = $4 AS is_this FROM session
WHERE person = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, begun_at DESC LIMIT 100
