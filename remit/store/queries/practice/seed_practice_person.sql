-- Add a person of the practice company unless somebody has that id, whatever roles they hold now.
INSERT INTO person (id, name, mail, roles, is_active) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
