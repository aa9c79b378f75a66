-- List what came into the ledger from a place on: the kinds, and the place after them.
SELECT coalesce(max(index) + 1, 0)::bigint AS next, coalesce(array_agg(DISTINCT kind), '{}') AS kinds
FROM leaf JOIN entry USING (serial) WHERE index >= $1::bigint
