-- End every session of a person.
DELETE FROM session WHERE person = $1
