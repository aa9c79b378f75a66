-- Wait until no intent is being recorded, and keep new ones waiting until this transaction ends.
SELECT pg_advisory_xact_lock(hashtext('remit.halts'))
