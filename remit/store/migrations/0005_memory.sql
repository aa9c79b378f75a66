-- What workers learned: with its source, governed by the business owner where it changes behaviour.
-- On a running house: new tables only.
CREATE TABLE memory (
    id uuid PRIMARY KEY,
    worker text NOT NULL,
    kind text NOT NULL,
    about text NOT NULL,
    content jsonb NOT NULL,
    source text NOT NULL,
    digest text NOT NULL UNIQUE, -- of worker, kind, about, content and source: a step repeated remembers once
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'withdrawn')),
    remembered_at timestamptz NOT NULL,
    settled_by text NOT NULL DEFAULT '',
    settled_at timestamptz,
    reason text NOT NULL DEFAULT ''
);
CREATE INDEX memory_recall ON memory (worker, about, remembered_at DESC) WHERE state = 'approved';
CREATE INDEX memory_worker ON memory (worker, remembered_at DESC);
