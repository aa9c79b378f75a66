-- Note that somebody is away.
INSERT INTO absence (id, person, since, until, noted_by) VALUES ($1, $2, $3, $4, $5)
