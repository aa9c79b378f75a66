-- Forget the sessions that are over.
DELETE FROM session WHERE expires_at <= $1
