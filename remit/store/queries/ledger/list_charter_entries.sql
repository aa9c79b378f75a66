-- List the signed entries by which versions of workers came into the registry, the last of each.
-- $1 versions, $2 the size of the tree
SELECT DISTINCT ON (version.digest) leaf.index, entry.body
FROM unnest($1::text[]) AS version (digest)
JOIN worker_version USING (digest)
JOIN entry ON entry.worker = worker_version.worker AND entry.kind = 'charter.registered'
    AND position(convert_to(version.digest, 'UTF8') IN entry.body) > 0
JOIN leaf USING (serial)
WHERE leaf.index < $2
ORDER BY version.digest, leaf.index DESC
