-- Take a subject's key away, and what workers learned about it.
WITH forgotten AS (DELETE FROM subject_key WHERE subject = $1 RETURNING subject),
memories AS (UPDATE memory SET content = '{"erased": true}', state = 'withdrawn', reason = 'the subject was erased' WHERE about = $1 RETURNING id)
SELECT (SELECT count(*) FROM forgotten) AS keys, (SELECT count(*) FROM memories) AS memories
