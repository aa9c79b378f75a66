-- Note a spike, once a day for each thing of a worker. $1 worker, $2 day, $3 name, $4 used, $5 usual, $6 now
INSERT INTO spike (worker, day, name, used, usual, noticed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING name
