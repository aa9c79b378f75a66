-- Read the tiles named.
-- $1 levels, $2 indices
SELECT level, index, hashes
FROM tile JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, index) USING (level, index)
