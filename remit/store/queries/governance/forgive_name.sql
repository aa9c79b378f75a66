-- Forget the attempts under a name, because one succeeded.
DELETE FROM sign_in_attempt WHERE key = $1
