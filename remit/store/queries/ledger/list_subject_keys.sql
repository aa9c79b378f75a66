-- List the keys of subjects.
SELECT subject, key FROM subject_key WHERE subject = ANY ($1::text[])
