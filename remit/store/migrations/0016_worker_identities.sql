-- Identities of workers: which tokens count, and the public keys that tokens are checked with.
-- On a running house: new tables only; a worker without a row has the generation 1 and is not revoked.
CREATE TABLE worker_identity (
    worker text PRIMARY KEY,
    generation integer NOT NULL, -- one more with every change: tokens of another generation are refused
    is_revoked boolean NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE TABLE token_key (
    id text PRIMARY KEY,
    public bytea NOT NULL, -- Ed25519; the private half never leaves the memory of the process that made it
    expires_at timestamptz NOT NULL -- by the clock of the database, when the last token it signed has long expired
);
