-- Wait until no other transaction gives indices, and keep others waiting until this one ends.
SELECT pg_advisory_xact_lock(hashtext('remit.ledger.batch'))
