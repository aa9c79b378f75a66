-- End a bypass.
UPDATE bypass SET ended_by = $2, ended_at = $3 WHERE id = $1
