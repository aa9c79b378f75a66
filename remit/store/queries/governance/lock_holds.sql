-- Set, lift and heed holds one after the other, until this transaction ends.
SELECT pg_advisory_xact_lock(hashtext('remit.holds'))
