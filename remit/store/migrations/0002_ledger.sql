-- The ledger: entries as they were written, never changed; leaves, tiles and checkpoints made from them.
-- On a running house: new tables only.
CREATE TABLE entry (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    worker text NOT NULL,
    run uuid,
    about text NOT NULL,
    trace_id text NOT NULL,
    body bytea NOT NULL -- canonical JSON: exactly the bytes that are hashed
);
CREATE INDEX entry_run ON entry (run) WHERE run IS NOT NULL;
CREATE INDEX entry_about ON entry (about, serial) WHERE about <> '';
CREATE INDEX entry_worker ON entry (worker, serial) WHERE worker <> '';

-- Which entries have no index yet. A row comes with its entry and goes when the sequencer takes it.
CREATE TABLE unsequenced (serial bigint PRIMARY KEY REFERENCES entry);

CREATE TABLE leaf (
    index bigint PRIMARY KEY,
    serial bigint NOT NULL UNIQUE REFERENCES entry,
    hash bytea NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed';
END $$;
CREATE TRIGGER entry_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER leaf_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
