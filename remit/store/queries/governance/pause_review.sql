-- Put off the end of a review until a question about it is answered, once.
UPDATE review SET paused_until = $2, expires_at = expires_at + ($2::timestamptz - $3::timestamptz) WHERE id = $1 AND paused_until IS NULL
