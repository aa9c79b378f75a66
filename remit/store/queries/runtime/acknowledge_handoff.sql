-- Note that the receiving side of a handoff began.
UPDATE handoff SET state = 'acknowledged', acknowledged_at = $2 WHERE id = $1 AND state = 'open' RETURNING id
