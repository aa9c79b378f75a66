-- Become the one process that sequences, if nobody is; the lock falls with the connection.
SELECT pg_try_advisory_lock(hashtext('remit.ledger.leader'))
