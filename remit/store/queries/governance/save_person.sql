-- Add a person, or change what is known of one.
INSERT INTO person (id, name, mail, roles, is_active) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, mail = excluded.mail, roles = excluded.roles, is_active = excluded.is_active
