-- Let one run at a time of a worker find out whether there is room for it. $1 worker
SELECT pg_advisory_xact_lock(hashtextextended('room of ' || $1, 0))
