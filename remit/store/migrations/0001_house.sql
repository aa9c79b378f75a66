-- The house: people, signals, runs with their steps and actions, reviews, halts, budgets, handoffs.
-- On a running house: new tables only.
CREATE TABLE person (
    id text PRIMARY KEY,
    name text NOT NULL,
    mail text NOT NULL DEFAULT '',
    roles text[] NOT NULL DEFAULT '{}',
    is_active boolean NOT NULL DEFAULT true
);

CREATE TABLE signal (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    signal_id text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    trace_id text NOT NULL,
    requested_by text NOT NULL,
    data jsonb NOT NULL,
    UNIQUE (source, signal_id) -- a signal is one signal for ever, however often it comes
);

CREATE TABLE run (
    id uuid PRIMARY KEY,
    worker text NOT NULL,
    version text NOT NULL, -- the playbook and charter it began with, and ends with
    signal uuid NOT NULL REFERENCES signal,
    trigger text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'running', 'waiting', 'done', 'exception', 'stopped')),
    fence bigint NOT NULL DEFAULT 0, -- who claimed it last; a commit with an older number fails
    attempts integer NOT NULL DEFAULT 0, -- how often it was begun without coming any further
    waits_for text NOT NULL DEFAULT '', -- while waiting: review, halt, system, time
    reason text NOT NULL DEFAULT '', -- how it ended, or why it waits, in one sentence
    tries integer NOT NULL DEFAULT 0, -- how often in a row it waited for a system
    trace_id text NOT NULL,
    handoff uuid,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    wake_at timestamptz,
    UNIQUE (signal, worker, trigger)
);
CREATE INDEX run_changed ON run (changed_at DESC);
CREATE INDEX run_worker ON run (worker, changed_at DESC);
CREATE INDEX run_trace ON run (trace_id);
CREATE INDEX run_state ON run (state, changed_at DESC) WHERE state <> 'done';
CREATE INDEX run_wake ON run (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE step (
    run uuid NOT NULL REFERENCES run,
    number integer NOT NULL,
    kind text NOT NULL, -- read, judge, act, hand_over, wait
    name text NOT NULL,
    asked jsonb NOT NULL, -- what was asked, so that a playbook that strays from its record is noticed
    result jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (run, number)
);

CREATE TABLE action (
    run uuid NOT NULL REFERENCES run,
    step integer NOT NULL,
    worker text NOT NULL,
    operation text NOT NULL,
    arguments jsonb NOT NULL,
    state text NOT NULL CHECK (state IN
        ('performing', 'waiting', 'performed', 'failed', 'unknown', 'forbidden', 'rejected')),
    decision jsonb NOT NULL,
    result jsonb,
    reason text NOT NULL DEFAULT '',
    reserved jsonb NOT NULL DEFAULT '[]', -- what it holds of which budgets until it settles
    decided_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (run, step)
);
CREATE INDEX action_in_flight ON action (worker) WHERE state = 'performing';

CREATE TABLE review (
    id uuid PRIMARY KEY,
    run uuid NOT NULL REFERENCES run,
    step integer NOT NULL,
    worker text NOT NULL,
    domain text NOT NULL,
    operation text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('action', 'outcome')), -- may it happen? or: did it happen?
    digest text NOT NULL, -- of operation, arguments and charter version: what is approved
    requested_by text NOT NULL, -- the person whose signal began the run, who may not answer; empty when a system did
    packet jsonb NOT NULL, -- everything a reviewer needs on one screen
    arguments jsonb NOT NULL,
    roles text[] NOT NULL,
    approvals integer NOT NULL,
    risk text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'expired', 'used', 'superseded')),
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answered_at timestamptz
);
CREATE UNIQUE INDEX review_current ON review (run, step) WHERE state IN ('open', 'approved');
CREATE INDEX review_open ON review (opened_at) WHERE state = 'open';
CREATE INDEX review_expiry ON review (expires_at) WHERE state = 'open';
CREATE INDEX review_run ON review (run);

CREATE TABLE answer (
    review uuid NOT NULL REFERENCES review,
    person text NOT NULL REFERENCES person,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'reject')),
    role text NOT NULL,
    digest text NOT NULL,
    reason text NOT NULL,
    edited boolean NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (review, person) -- one person, one answer
);

CREATE TABLE halt (
    id uuid PRIMARY KEY,
    scope text NOT NULL, -- everything, domain:<domain>, worker:<name>
    reason text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_by text,
    lifted_at timestamptz
);
CREATE UNIQUE INDEX halt_in_force ON halt (scope) WHERE lifted_at IS NULL;

CREATE TABLE stage (
    worker text NOT NULL,
    operation text NOT NULL,
    stage text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (worker, operation)
);

CREATE TABLE budget (
    worker text NOT NULL,
    day date NOT NULL,
    name text NOT NULL, -- money, actions, cost, or operation:<name>
    reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
    PRIMARY KEY (worker, day, name)
) WITH (fillfactor = 50);

CREATE TABLE handoff (
    id uuid PRIMARY KEY,
    path text NOT NULL,
    run uuid NOT NULL REFERENCES run,
    from_worker text NOT NULL,
    receiving_domain text NOT NULL,
    owner text NOT NULL,
    failure_owner text NOT NULL,
    context jsonb NOT NULL,
    terms jsonb NOT NULL, -- permitted action, human review, completion, draft rule
    state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'completed', 'failed')),
    reason text NOT NULL DEFAULT '',
    trace_id text NOT NULL,
    opened_at timestamptz NOT NULL,
    acknowledge_by timestamptz NOT NULL,
    acknowledged_at timestamptz,
    settled_at timestamptz
);
CREATE INDEX handoff_open ON handoff (acknowledge_by) WHERE state = 'open';
CREATE INDEX handoff_trace ON handoff (trace_id);

CREATE TABLE timer (
    worker text NOT NULL,
    trigger text NOT NULL,
    about text NOT NULL,
    since timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    trace_id text NOT NULL,
    PRIMARY KEY (worker, trigger, about)
);
CREATE INDEX timer_due ON timer (due_at);
