-- Open runs for a signal.
INSERT INTO run (id, worker, version, trigger, signal, state, trace_id, handoff, opened_at, changed_at)
SELECT id, worker, version, trigger, $5, 'open', $6, $7, $8, $8
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS new (id, worker, version, trigger)
