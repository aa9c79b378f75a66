-- Have a run that waits go on at a time. $1 run, $2 when
UPDATE run SET wake_at = $2 WHERE id = $1 AND state = 'waiting'
