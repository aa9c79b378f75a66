-- What people signed of a worker's readiness, and indexes for what the overview and the registry measure.
-- On a running house: a new table; nobody opens runs or writes reviews while the indexes are built, some seconds for every
-- million of them.
CREATE TABLE readiness_signature (
    id uuid PRIMARY KEY,
    worker text NOT NULL,
    line text NOT NULL, -- of the checklist
    digest text NOT NULL, -- of the evidence as it was shown: of other evidence this says nothing
    version text NOT NULL, -- of the worker, as it was shown
    note text NOT NULL,
    signed_by text NOT NULL REFERENCES person,
    signed_at timestamptz NOT NULL
);
CREATE INDEX readiness_signed ON readiness_signature (worker, line, signed_at DESC, id DESC);
CREATE INDEX run_opened ON run (opened_at DESC);
CREATE INDEX review_answered ON review (answered_at DESC) WHERE answered_at IS NOT NULL;
CREATE INDEX review_judged ON review (worker, answered_at DESC) WHERE answered_at IS NOT NULL AND kind = 'action';
