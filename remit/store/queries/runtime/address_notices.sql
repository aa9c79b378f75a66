-- Note that notices were addressed.
UPDATE notice SET addressed_at = $2 WHERE id = ANY ($1::uuid[])
