-- Open the incident of a halt.
INSERT INTO incident (id, halt, state, opened_at) VALUES ($1, $2, 'open', $3)
