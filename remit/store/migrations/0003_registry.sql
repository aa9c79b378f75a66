-- The registry: every version of every worker, with the text of its charter and playbook.
-- On a running house: new tables only.
CREATE TABLE worker_version (
    digest text PRIMARY KEY, -- SHA-256 over charter and playbook text
    worker text NOT NULL,
    charter_digest text NOT NULL,
    charter text NOT NULL,
    playbook text NOT NULL,
    registered_at timestamptz NOT NULL
);

CREATE TABLE worker (
    name text PRIMARY KEY,
    domain text NOT NULL,
    current text NOT NULL REFERENCES worker_version,
    status text NOT NULL CHECK (status IN ('proposed', 'approved', 'staged', 'live', 'paused', 'modified', 'retired')),
    changed_at timestamptz NOT NULL
);
