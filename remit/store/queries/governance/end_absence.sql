-- Note that somebody is back before.
UPDATE absence SET ended_at = $2 WHERE id = $1
