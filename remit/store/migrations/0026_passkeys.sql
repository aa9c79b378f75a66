-- Passkeys: what people approve high-impact actions with, and whether everybody has to.
-- On a running house: new tables only.
CREATE TABLE passkey (
    id bytea PRIMARY KEY, -- the credential's id
    person text NOT NULL REFERENCES person,
    name text NOT NULL,
    public_key bytea NOT NULL, -- COSE
    sign_count bigint NOT NULL,
    rp_id text NOT NULL, -- the host name it was made for
    origin text NOT NULL,
    made_at timestamptz NOT NULL,
    removed_at timestamptz
);
CREATE INDEX passkey_person ON passkey (person) WHERE removed_at IS NULL;

CREATE TABLE passkey_challenge (
    person text PRIMARY KEY REFERENCES person,
    challenge bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE passkey_demand (
    id uuid PRIMARY KEY,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_by text,
    lifted_at timestamptz
);
CREATE UNIQUE INDEX passkey_demanded ON passkey_demand ((true)) WHERE lifted_at IS NULL;
