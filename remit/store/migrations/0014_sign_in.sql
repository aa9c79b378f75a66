-- Sign-in: how people prove who they are, their sessions, the tokens of their scripts, and how often somebody guessed.
-- On a running house: new tables only. The house token goes on acting for whoever has no sign-in of their own.
CREATE TABLE sign_in (
    issuer text NOT NULL, -- of the identity provider; empty for a password
    subject text NOT NULL, -- who that is there; for a password the person's id
    person text NOT NULL REFERENCES person,
    secret text NOT NULL, -- the password's hash, argon2id; empty for a provider
    roles text[] NOT NULL, -- what the provider's groups brought last
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, person)
);
CREATE INDEX sign_in_person ON sign_in (person);

CREATE TABLE session (
    id bytea PRIMARY KEY, -- SHA-256 of what the browser holds
    person text NOT NULL REFERENCES person,
    issuer text NOT NULL, -- as in sign_in
    begun_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL, -- to the minute
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_person ON session (person);

CREATE TABLE personal_token (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE, -- SHA-256 of what the script holds
    person text NOT NULL REFERENCES person,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX personal_token_person ON personal_token (person);

CREATE TABLE sign_in_attempt (
    key bytea PRIMARY KEY, -- SHA-256 of the name as it was typed, which may be a password, or of the address
    failures integer NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE TABLE provider_visit (
    state bytea PRIMARY KEY, -- SHA-256 of what the provider brings back
    browser bytea NOT NULL, -- SHA-256 of the cookie that binds it to one browser
    nonce text NOT NULL,
    verifier text NOT NULL, -- of PKCE
    next text NOT NULL, -- the path to go to then
    expires_at timestamptz NOT NULL
);
