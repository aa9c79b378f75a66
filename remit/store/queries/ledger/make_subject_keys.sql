-- Make keys for subjects that have none; another transaction that makes the same waits here.
INSERT INTO subject_key (subject, key, made_at) SELECT subject, key, $3 FROM unnest($1::text[], $2::bytea[]) AS new (subject, key)
ON CONFLICT (subject) DO NOTHING
