-- Changes of rules, charters and stages, which a second person approves; and the house rules approved that way.
-- On a running house: new tables only. The rules stay as they are until somebody changes one.
CREATE TABLE change (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('rule', 'charter', 'stage')),
    name text NOT NULL, -- the rule file, the worker, or worker/operation
    domain text NOT NULL, -- empty when it concerns every domain
    text text, -- of the rules or the charter, or the stage; null removes the rule file
    playbook text NOT NULL DEFAULT '', -- beside a charter; empty keeps the one there is
    why text NOT NULL,
    digest text NOT NULL, -- of kind, name, text and playbook
    before text NOT NULL, -- the digest of what it would replace, when it was drafted; empty when there was nothing
    state text NOT NULL CHECK (state IN ('draft', 'replayed', 'approved', 'rejected', 'withdrawn')),
    author text NOT NULL,
    drafted_at timestamptz NOT NULL,
    base text NOT NULL DEFAULT '', -- the digest of all that was in force when it was replayed
    replay jsonb, -- what would have come out differently
    stamp text NOT NULL DEFAULT '', -- the digest of text, base and replay: what is approved
    replayed_at timestamptz,
    settled_by text NOT NULL DEFAULT '',
    settled_at timestamptz,
    reason text NOT NULL DEFAULT ''
);
CREATE INDEX change_drafted ON change (drafted_at DESC);
CREATE UNIQUE INDEX change_open ON change (kind, name, digest, before) WHERE state IN ('draft', 'replayed'); -- the same once

CREATE TABLE rule_file (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the highest is the version of the rules in force
    name text NOT NULL,
    text text,
    change uuid NOT NULL REFERENCES change,
    approved_at timestamptz NOT NULL
);
CREATE INDEX rule_file_name ON rule_file (name, number DESC);
