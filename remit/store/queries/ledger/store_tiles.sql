-- Store tiles; one that was partial grows.
-- $1 levels, $2 indices, $3 hashes
INSERT INTO tile (level, index, hashes)
SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
