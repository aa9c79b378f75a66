-- Find a session that goes on, of a person who is here.
SELECT session.person, session.issuer, session.seen_at
FROM session JOIN person ON person.id = session.person
WHERE session.id = $1 AND session.expires_at > $2 AND session.seen_at > $3 AND person.is_active
