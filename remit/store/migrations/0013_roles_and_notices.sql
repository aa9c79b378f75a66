-- Notices: what people are told, written with the fact they tell of and delivered afterwards.
-- On a running house: a new table only. A role of a person may now be bound to a domain, as in `reviewer@finance`.
CREATE TABLE notice (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE, -- the same thing is told once, however often it is noticed
    kind text NOT NULL,
    recipient text NOT NULL, -- a person's id, or a role with its domain: `role:domain-lead@finance`
    title text NOT NULL,
    body text NOT NULL,
    link text NOT NULL, -- the path of the page that shows it; it decides nothing
    made_at timestamptz NOT NULL
);
CREATE INDEX notice_made ON notice (made_at, id);
