-- Deliveries: which notice goes out on which channel, and whether it has.
-- On a running house: a new table, and a column of a table that is written only since the migration before.
ALTER TABLE notice ADD COLUMN addressed_at timestamptz;
CREATE INDEX notice_unaddressed ON notice (made_at) WHERE addressed_at IS NULL;

CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    notice uuid NOT NULL REFERENCES notice,
    channel text NOT NULL,
    address text NOT NULL, -- a mail address, or empty where the channel itself is one
    state text NOT NULL CHECK (state IN ('due', 'delivered', 'failed')),
    tries integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL, -- not before; while a process is at it, when another one may try
    reason text NOT NULL DEFAULT '',
    settled_at timestamptz,
    UNIQUE (notice, channel, address)
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'due';
