-- Subjects: people whom entries concern, each with a key of their own; holds; and when a run was redacted.
-- On a running house: new tables, and a column without a default. What was written before stays readable.
CREATE TABLE subject_key (
    subject text PRIMARY KEY, -- `kind:id`, as the entries are about
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    made_at timestamptz NOT NULL
);

CREATE TABLE hold (
    id uuid PRIMARY KEY,
    scope text NOT NULL, -- a subject `kind:id`, `worker:<name>`, or everything
    reason text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_by text,
    lifted_at timestamptz
);
CREATE UNIQUE INDEX hold_in_force ON hold (scope) WHERE lifted_at IS NULL;

ALTER TABLE run ADD COLUMN redacted_at timestamptz; -- when what it holds of the outside was taken away
CREATE INDEX run_unredacted ON run (worker, changed_at) WHERE redacted_at IS NULL AND state IN ('done', 'exception', 'stopped');
CREATE INDEX signal_subject ON signal (subject) WHERE subject <> '';
