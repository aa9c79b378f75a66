-- Confirm halts for one process, with what it is asking of which system.
INSERT INTO confirmation (halt, process, host, pid, asking, confirmed_at)
SELECT halt, $2, $3, $4, $5, clock_timestamp() FROM unnest($1::uuid[]) AS seen (halt) ON CONFLICT DO NOTHING
