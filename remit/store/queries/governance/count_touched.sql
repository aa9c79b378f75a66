-- Count what a run has changed, or set out to, together with what it would change now. $1 run, $2 records
SELECT count(*) FROM (SELECT record FROM touched WHERE run = $1 UNION SELECT unnest($2::text[])) AS changed
