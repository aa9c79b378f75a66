-- Find when the entry of a serial was, or the next one there is.
SELECT at, serial FROM entry WHERE serial >= $1 ORDER BY serial LIMIT 1
