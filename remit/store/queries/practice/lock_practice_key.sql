-- Wait until nobody else works under this key of this system, and keep it until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))
