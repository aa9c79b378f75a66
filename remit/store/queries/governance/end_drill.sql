-- End a drill with what it measured.
UPDATE drill SET ended_at = $2, has_passed = $3, result = $4 WHERE id = $1
