-- The ledger's tree: tiles of hashes, signed checkpoints, and indexes to search entries by.
-- On a running house: new tables; while the new indexes are built, writers of entries wait.
CREATE TABLE tile (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
    PRIMARY KEY (level, index)
);
ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL; -- hashes do not compress

CREATE TABLE checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    note text NOT NULL -- the signed note: origin, size, root, signature
);

CREATE FUNCTION refuse_other_hashes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.level, NEW.index) <> (OLD.level, OLD.index)
        OR substr(NEW.hashes, 1, octet_length(OLD.hashes)) <> OLD.hashes THEN
        RAISE EXCEPTION 'the ledger is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tile_only_grows BEFORE UPDATE ON tile FOR EACH ROW EXECUTE FUNCTION refuse_other_hashes();
CREATE TRIGGER tile_is_final BEFORE DELETE OR TRUNCATE ON tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX entry_trace ON entry (trace_id, serial) WHERE trace_id <> '';
CREATE INDEX entry_kind ON entry (kind, serial);
CREATE INDEX entry_at ON entry USING brin (at);
