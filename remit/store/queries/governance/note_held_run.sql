-- Note at which system a run met a halt of the connection, so that only its lift opens the run again.
UPDATE run SET held_by = $2 WHERE id = $1
