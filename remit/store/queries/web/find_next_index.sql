-- Find the index the next entry of the ledger will have.
SELECT coalesce(max(index) + 1, 0) FROM leaf
