-- Take away the keys of subjects that no run holds anything of any more and no hold keeps.
-- $1 subjects
DELETE FROM subject_key WHERE subject = ANY ($1::text[])
    AND NOT EXISTS (SELECT FROM hold WHERE lifted_at IS NULL AND scope IN ('everything', subject_key.subject))
    AND NOT EXISTS (SELECT FROM run JOIN signal ON signal.id = run.signal
        WHERE signal.subject = subject_key.subject AND run.redacted_at IS NULL)
    AND NOT EXISTS (SELECT FROM entry JOIN run ON run.id = entry.run
        WHERE entry.about = subject_key.subject AND run.redacted_at IS NULL)
RETURNING subject
