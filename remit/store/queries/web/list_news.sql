-- List what came into the ledger from an index on: the kinds, and the next index.
SELECT coalesce(max(index) + 1, $1::bigint) AS next, coalesce(array_agg(DISTINCT kind), '{}') AS kinds
FROM leaf JOIN entry USING (serial) WHERE index >= $1::bigint
