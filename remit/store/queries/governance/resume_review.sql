-- Take back what is left of the time a review was put off, once no question about it is open.
UPDATE review SET expires_at = expires_at - (paused_until - $2::timestamptz), paused_until = $2
WHERE id = $1 AND paused_until > $2 AND NOT EXISTS (SELECT FROM question WHERE review = $1 AND replied_at IS NULL)
