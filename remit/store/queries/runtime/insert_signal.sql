-- Take a signal in, unless it came before.
INSERT INTO signal (id, source, signal_id, type, subject, occurred_at, received_at, trace_id, requested_by, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (source, signal_id) DO NOTHING RETURNING id
