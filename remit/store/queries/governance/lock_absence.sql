-- Hold an absence while it is ended.
SELECT id, person, since, until, ended_at FROM absence WHERE id = $1 FOR UPDATE
