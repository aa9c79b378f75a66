-- Append entries in the caller's transaction, unsequenced, with what they concern.
-- $1 to $8 the entries, $9 for each subject the id of its entry, $10 the subjects
WITH appended AS (
    INSERT INTO entry (id, at, kind, worker, run, about, trace_id, body)
    SELECT * FROM unnest(
        $1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::bytea[])
    RETURNING id, at, serial, worker
), waiting AS (
    INSERT INTO unsequenced SELECT serial FROM appended
)
INSERT INTO entry_subject (subject, at, serial)
SELECT named.subject, at, serial FROM unnest($9::uuid[], $10::text[]) AS named (id, subject) JOIN appended USING (id)
UNION -- an entry may name the workflow itself
SELECT 'workflow:' || worker.workflow, at, serial
FROM appended JOIN worker ON worker.name = appended.worker WHERE worker.workflow <> ''
