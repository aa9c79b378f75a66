-- Use an approval, once.
UPDATE review SET state = 'used' WHERE id = $1 AND state = 'approved' RETURNING id
