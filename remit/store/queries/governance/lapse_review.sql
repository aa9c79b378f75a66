-- Note that what was approved was forbidden when it was decided again.
UPDATE review SET state = 'lapsed' WHERE id = $1 AND state = 'approved'
