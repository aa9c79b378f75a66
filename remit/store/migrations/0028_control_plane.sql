-- What the control plane keeps for people: how they like to read, links to sign in with, and what they typed or decided
-- a moment ago.
-- On a running house: empty tables, and an index on the actions, which are locked while it is built.

CREATE INDEX action_performed ON action (settled_at) WHERE state = 'performed';

CREATE TABLE preference (
    person text PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    locale text NOT NULL DEFAULT '', -- empty: as the browser asks
    time_zone text NOT NULL DEFAULT '', -- empty: the browser's
    theme text NOT NULL DEFAULT '' CHECK (theme IN ('', 'light', 'dark')),
    keys boolean NOT NULL DEFAULT true -- whether single letters do something
);

CREATE TABLE sign_in_link (
    digest bytea PRIMARY KEY, -- of the code; who has the code can sign in once
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);

CREATE TABLE review_draft ( -- what somebody began to answer, so that no crash loses it
    review uuid NOT NULL REFERENCES review ON DELETE CASCADE,
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    digest text NOT NULL, -- of the review as they saw it
    fields jsonb NOT NULL, -- each field of the form as it was typed
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (review, person)
);

CREATE TABLE pending_answer ( -- an answer that can still be taken back
    review uuid NOT NULL REFERENCES review ON DELETE CASCADE,
    person text NOT NULL REFERENCES person ON DELETE CASCADE,
    answer jsonb NOT NULL,
    said_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL, -- when it counts
    refused text NOT NULL DEFAULT '', -- why it could not be taken when it was due; kept until the person has seen it
    PRIMARY KEY (review, person)
);
CREATE INDEX pending_answer_due ON pending_answer (due_at) WHERE refused = '';
