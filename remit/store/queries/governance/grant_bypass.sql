-- Put a bypass in force.
UPDATE bypass SET granted_by = $2, granted_at = $3 WHERE id = $1
