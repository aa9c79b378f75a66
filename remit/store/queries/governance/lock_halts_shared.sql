-- Hold off new halts until this transaction ends. The halts must be read in a later statement: this one's snapshot may be older than the lock.
SELECT pg_advisory_xact_lock_shared(hashtext('remit.halts'))
