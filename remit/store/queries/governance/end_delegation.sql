-- Take a delegation back before its time.
UPDATE delegation SET ended_at = $2 WHERE id = $1
