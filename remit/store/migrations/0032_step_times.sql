-- When a step began and ended: what a read or a judgement took, of which its commit says nothing.
-- On a running house: two empty columns, added at once; steps recorded before have neither, and nothing is made up for them.
ALTER TABLE step ADD COLUMN begun_at timestamptz, ADD COLUMN ended_at timestamptz;
