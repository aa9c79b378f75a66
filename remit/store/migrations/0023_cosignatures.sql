-- Cosignatures: what witnesses on other machines signed of our checkpoints.
-- On a running house: a new table only.
CREATE TABLE cosignature (
    size bigint NOT NULL REFERENCES checkpoint,
    witness text NOT NULL, -- its name
    line text NOT NULL, -- the signature line, as it stands under the note
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (witness, size)
);
CREATE TRIGGER cosignature_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
