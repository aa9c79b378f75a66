-- Let one drill begin at a time.
SELECT pg_advisory_xact_lock(hashtext('remit.drills'))
