-- Find an entry by its id, with all a reader sees.
SELECT leaf.index, entry.serial, id, at, kind, worker, run, about, trace_id, body, subject_key.key
FROM entry LEFT JOIN leaf USING (serial) LEFT JOIN subject_key ON subject_key.subject = entry.about
WHERE entry.id = $1
