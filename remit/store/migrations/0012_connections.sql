-- The vault: credentials of connected systems, sealed with a key the database never sees.
-- On a running house: a new table only.
CREATE TABLE secret (
    name text PRIMARY KEY,
    sealed bytea NOT NULL, -- 12 bytes of nonce, then AES-256-GCM of the value with the name as associated data
    created_at timestamptz NOT NULL
);
