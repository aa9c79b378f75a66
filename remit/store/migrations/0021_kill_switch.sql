-- The kill switch: halts of workflows and connections, the processes that confirm them, incidents and drills.
-- On a running house: new tables and columns with defaults, and one pass over the workers; halts in force stay.
ALTER TABLE worker
    ADD COLUMN workflow text NOT NULL DEFAULT '', -- the slug of the process in its charter, as in `workflow:<slug>`
    ADD COLUMN systems text[] NOT NULL DEFAULT '{}', -- what its charter opens
    ADD COLUMN owners text[] NOT NULL DEFAULT '{}'; -- the people told when it is stopped

-- Near enough until each worker is registered again at the next start, which reads its charter properly.
UPDATE worker SET
    workflow = left(trim(BOTH '-' FROM regexp_replace(lower(coalesce(substring(charter FROM '(?n)^process: *(.*)$'), '')),
        '[^a-z0-9]+', '-', 'g')), 100),
    systems = ARRAY(SELECT DISTINCT found[1] FROM regexp_matches(charter, '\msystem: *([a-z][a-z0-9_]*)', 'g') AS found),
    owners = ARRAY(SELECT DISTINCT found[1]
        FROM regexp_matches(charter, '\m(?:business|technical): *([a-z0-9][a-z0-9._-]*)', 'g') AS found)
FROM worker_version WHERE worker_version.digest = worker.current;

CREATE FUNCTION halt_scopes(worker text, domain text, workflow text, system text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['everything', 'worker:' || worker, 'domain:' || domain, 'workflow:' || workflow, 'connection:' || system];

ALTER TABLE halt
    ADD COLUMN is_drill boolean NOT NULL DEFAULT false, -- only ever of the practice worker; lifted by the drill itself
    ADD COLUMN answer jsonb NOT NULL DEFAULT '{}'; -- what was told when it was answered

ALTER TABLE run ADD COLUMN held_by text NOT NULL DEFAULT ''; -- while it waits for a halt: the system whose halt it met
ALTER TABLE review ADD COLUMN frozen_at timestamptz; -- since when its clock stands still, once one of several halts is lifted

CREATE TABLE process (
    id uuid PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    systems text[] NOT NULL, -- what it is connected to
    asking jsonb NOT NULL, -- how many requests to which system are under way
    began_at timestamptz NOT NULL,
    beat_at timestamptz NOT NULL -- by the clock of the database, so that no two clocks are compared
);

CREATE TABLE confirmation (
    halt uuid NOT NULL REFERENCES halt,
    process uuid NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    asking jsonb NOT NULL, -- what this process was asking of which system when it confirmed
    confirmed_at timestamptz NOT NULL,
    PRIMARY KEY (halt, process)
);

CREATE TABLE incident (
    id uuid PRIMARY KEY,
    halt uuid NOT NULL UNIQUE REFERENCES halt, -- one halt, one incident
    state text NOT NULL CHECK (state IN ('open', 'reviewed', 'closed')),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by text
);
CREATE INDEX incident_open ON incident (opened_at) WHERE state <> 'closed';

CREATE TABLE incident_section (
    incident uuid NOT NULL REFERENCES incident,
    name text NOT NULL,
    words text NOT NULL,
    owner text NOT NULL, -- who sees to a fix; empty elsewhere
    written_by text NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (incident, name)
);

CREATE TABLE drill_plan (
    name text PRIMARY KEY,
    cron text NOT NULL, -- five fields, in UTC
    planned_by text NOT NULL,
    planned_at timestamptz NOT NULL
);

CREATE TABLE drill (
    id uuid PRIMARY KEY,
    due_at timestamptz UNIQUE, -- the moment of the plan it stands for, taken once; null when a person began it
    began_by text NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    has_passed boolean,
    result jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX drill_ended ON drill (ended_at DESC);
