-- Take one of the places at a system, for a while; gives nothing when all are taken.
-- $1 name, $2 holder, $3 how many places there are, $4 for how many seconds
UPDATE place SET holder = $2, until = clock_timestamp() + make_interval(secs => $4::float8)
WHERE name = $1 AND number = (
    SELECT number FROM place WHERE name = $1 AND number <= $3 AND until < clock_timestamp()
    ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING number
