-- Give up every lock the session holds.
SELECT pg_advisory_unlock_all()
