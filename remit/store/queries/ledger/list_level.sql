-- List tiles of one level in order.
-- $1 level, $2 first index, $3 last index
SELECT index, hashes FROM tile WHERE level = $1 AND index BETWEEN $2 AND $3 ORDER BY index
