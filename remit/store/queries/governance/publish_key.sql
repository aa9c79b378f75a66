-- Publish the key a process signs tokens with, for an hour, and forget those whose tokens have all expired.
WITH forgotten AS (DELETE FROM token_key WHERE expires_at < now())
INSERT INTO token_key (id, public, expires_at) VALUES ($1, $2, now() + interval '1 hour')
