-- Limits: what a run changed, the pace of systems and workers over all processes, and which spikes were noticed.
-- On a running house: new tables and a small index only; nothing is rewritten.
CREATE TABLE touched (
    run uuid NOT NULL REFERENCES run,
    record text NOT NULL, -- what a write of the run changed, or set out to: the system and the digest of its name
    PRIMARY KEY (run, record)
);

-- How fast is no fact worth keeping: after a crash of the database it begins anew.
CREATE UNLOGGED TABLE pace (
    name text PRIMARY KEY, -- `connection:<system>` or `worker:<name>`
    due_at timestamptz NOT NULL, -- when the next would come if all came evenly
    not_before timestamptz NOT NULL DEFAULT '-infinity' -- the system said to come back then
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE place (
    name text NOT NULL,
    number integer NOT NULL,
    holder uuid,
    until timestamptz NOT NULL DEFAULT '-infinity', -- free from then on, whatever became of the holder
    PRIMARY KEY (name, number)
) WITH (fillfactor = 50);

CREATE TABLE turn (
    run uuid NOT NULL REFERENCES run,
    step integer NOT NULL,
    due_at timestamptz NOT NULL, -- when this write of a worker with a limit a minute may begin
    PRIMARY KEY (run, step)
);

CREATE TABLE spike (
    worker text NOT NULL,
    day date NOT NULL,
    name text NOT NULL, -- actions, money:<currency>, cost, tokens, or operation:<name>
    used bigint NOT NULL,
    usual bigint NOT NULL, -- the median of the days before
    noticed_at timestamptz NOT NULL,
    PRIMARY KEY (worker, day, name) -- once a day
);

-- What was done lately is found without an index that every settled action would have to keep up to date.
CREATE INDEX action_decided ON action USING brin (decided_at);
CREATE INDEX step_recorded ON step USING brin (recorded_at);
