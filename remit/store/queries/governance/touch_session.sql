-- Note that a session was used.
UPDATE session SET seen_at = $2 WHERE id = $1
