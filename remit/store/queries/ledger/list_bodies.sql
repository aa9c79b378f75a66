-- List the bytes of entries in order of index.
-- $1 first index, $2 how many
SELECT leaf.index, bytes.body
FROM leaf
-- OFFSET 0: one look-up for each row, whatever the planner believes about the size of the table
CROSS JOIN LATERAL (SELECT body FROM entry WHERE entry.serial = leaf.serial OFFSET 0) AS bytes
WHERE leaf.index BETWEEN $1 AND $1 + $2 - 1
ORDER BY leaf.index
