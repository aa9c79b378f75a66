-- Up to which notice each person has looked, so that what is new can be marked and counted.
-- On a running house: whoever is here has seen what there is; an index is made, while notices wait as long as it takes.
CREATE TABLE notice_seen (
    person text PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    until timestamptz NOT NULL -- a notice made later is new to them
);
INSERT INTO notice_seen SELECT person.id, newest.made_at FROM person, (SELECT max(made_at) AS made_at FROM notice) AS newest
WHERE newest.made_at IS NOT NULL;
CREATE INDEX notice_recipient ON notice (recipient, made_at);
