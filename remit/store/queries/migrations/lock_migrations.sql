-- Wait until no other process migrates this database.
SELECT pg_advisory_lock(hashtext('remit.migrations'))
