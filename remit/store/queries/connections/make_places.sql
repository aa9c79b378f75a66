-- Make the places at a system, where they are not there yet. $1 name, $2 how many
INSERT INTO place (name, number) SELECT $1, generate_series(1, $2::integer) ON CONFLICT DO NOTHING
