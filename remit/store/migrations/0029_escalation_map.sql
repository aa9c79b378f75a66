-- What the escalation map asks of handoffs: those under way, those that failed lately, and each one by when it began.
-- On a running house: three indexes on a small table; nothing is rewritten.
CREATE INDEX handoff_opened ON handoff (opened_at DESC, id DESC);
CREATE INDEX handoff_under_way ON handoff (from_worker, path) WHERE state IN ('open', 'acknowledged');
CREATE INDEX handoff_settled ON handoff (settled_at) WHERE settled_at IS NOT NULL;
