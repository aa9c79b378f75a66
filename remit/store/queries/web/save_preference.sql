-- Keep how a person likes to read.
INSERT INTO preference (person, locale, time_zone, theme, keys) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (person) DO UPDATE SET locale = $2, time_zone = $3, theme = $4, keys = $5
