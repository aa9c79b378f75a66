-- Forget attempts that have no consequences any more.
DELETE FROM sign_in_attempt WHERE last_at < $1::timestamptz - interval '1 day'
