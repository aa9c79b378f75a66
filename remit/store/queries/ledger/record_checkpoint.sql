-- Record a signed checkpoint.
INSERT INTO checkpoint (size, note) VALUES ($1, $2)
