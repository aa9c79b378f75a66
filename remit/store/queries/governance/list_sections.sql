-- List what people wrote into the review of an incident.
SELECT name, words, owner, due, written_by, written_at FROM incident_section WHERE incident = $1 ORDER BY written_at, name
