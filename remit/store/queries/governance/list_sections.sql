-- List what people wrote into the review of an incident.
SELECT name, words, owner, written_by, written_at FROM incident_section WHERE incident = $1 ORDER BY written_at, name
