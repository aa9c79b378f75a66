-- The practice company: what its simulated systems hold, their own log of effects, and faults on demand.
-- On a running house: new tables in a schema of their own. Nothing outside the schema refers to them.
CREATE SCHEMA practice;

CREATE TABLE practice.record (
    system text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    data jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (system, kind, id)
);
CREATE INDEX record_data ON practice.record USING gin (data jsonb_path_ops);

CREATE TABLE practice.effect (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    repetition integer NOT NULL, -- above one: the system was asked again and really did it again
    arguments jsonb NOT NULL,
    result jsonb NOT NULL,
    asked_at timestamptz NOT NULL,
    performed_at timestamptz NOT NULL,
    UNIQUE (system, key, repetition)
);

CREATE TABLE practice.fault (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system text NOT NULL,
    operation text NOT NULL, -- the part after the dot, `look_up`, or * for whatever is asked
    kind text NOT NULL CHECK (kind IN ('timeout', 'late', 'busy', 'error_before', 'error_after', 'drop')),
    remaining integer NOT NULL CHECK (remaining >= 0),
    seconds double precision NOT NULL CHECK (seconds >= 0)
);
CREATE INDEX fault_planned ON practice.fault (system, serial) WHERE remaining > 0;

CREATE SEQUENCE practice.number START 70001;
