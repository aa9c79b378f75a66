-- Give the oldest waiting entries their indices and leaves; answer the leaf hashes, joined in order of index.
-- $1 the first index to give, $2 how many at most
WITH taken AS (
    DELETE FROM unsequenced
    WHERE serial IN (SELECT serial FROM unsequenced ORDER BY serial LIMIT $2)
    RETURNING serial
), numbered AS MATERIALIZED (
    SELECT $1 + row_number() OVER (ORDER BY taken.serial) - 1 AS index, taken.serial, bytes.hash
    FROM taken
    -- OFFSET 0: one look-up for each row, whatever the planner believes about the size of the table
    CROSS JOIN LATERAL (
        SELECT sha256('\x00'::bytea || body) AS hash FROM entry WHERE entry.serial = taken.serial OFFSET 0
    ) AS bytes
), placed AS (
    INSERT INTO leaf (index, serial, hash) SELECT index, serial, hash FROM numbered ORDER BY index
)
SELECT string_agg(hash, ''::bytea ORDER BY index) FROM numbered
