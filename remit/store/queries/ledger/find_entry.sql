-- Find an entry by its id, with all a reader sees.
SELECT leaf.index, entry.serial, id, at, kind, worker, run, about, trace_id, body
FROM entry LEFT JOIN leaf USING (serial)
WHERE entry.id = $1
