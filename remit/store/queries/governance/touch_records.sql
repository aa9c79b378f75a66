-- Note what a run sets out to change. $1 run, $2 records
INSERT INTO touched (run, record) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING
