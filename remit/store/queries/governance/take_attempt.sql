-- Count an attempt to sign in before it is made; gives no row when it has to wait. One process after the other.
INSERT INTO sign_in_attempt AS before (key, failures, last_at) VALUES ($1, 1, $2)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN before.last_at < $2 - interval '1 hour' THEN 1 ELSE before.failures + 1 END,
    last_at = $2
WHERE before.failures < $3
    OR before.last_at + least(power(2, least(before.failures - $3, 20)) * interval '1 second', $4) <= $2
RETURNING failures
