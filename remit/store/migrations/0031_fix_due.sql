-- By when a fix named in the review of an incident is to be done, and which answers a person gave.
-- On a running house: one empty column, and an index that is made while answers wait, for as long as one pass takes.
ALTER TABLE incident_section ADD COLUMN due date; -- of a fix; null elsewhere, and where nobody said
CREATE INDEX answer_person ON answer (person);
