-- List the hashes of a leaf and of those beside it, in order.
SELECT index, leaf.hash, entry.id, entry.kind FROM leaf JOIN entry USING (serial)
WHERE index BETWEEN $1::bigint - 1 AND $1::bigint + 1 ORDER BY index
