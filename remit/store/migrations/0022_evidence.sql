-- What entries concern, besides what they are about: kept beside each entry, so that it can be searched by; and indexes
-- in order of time. What was written before can be searched by what it is about and by its worker's workflow.
-- On a running house: writers of entries wait while the indexes are built, some seconds for every million of entries.
CREATE TABLE entry_subject (
    subject text NOT NULL, -- `kind:id`
    at timestamptz NOT NULL, -- of the entry
    serial bigint NOT NULL, -- of the entry, which never goes: a foreign key would be paid with each
    PRIMARY KEY (subject, at, serial)
);
INSERT INTO entry_subject
SELECT about, at, serial FROM entry WHERE about <> '' AND length(about) <= 500
UNION
SELECT 'workflow:' || workflow, at, serial FROM entry JOIN worker ON worker.name = entry.worker WHERE workflow <> '';

CREATE TRIGGER entry_subject_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_subject
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DROP INDEX entry_kind, entry_worker, entry_at;
CREATE INDEX entry_kind ON entry (kind, at, serial);
CREATE INDEX entry_worker ON entry (worker, at, serial) WHERE worker <> '';
CREATE INDEX entry_at ON entry (at, serial);
