-- List the answers to a review, and whether who gave each is still here and holds the role.
SELECT answer.person, verdict, role, digest, reason, edited, answered_at,
    person.is_active AND role = ANY (person.roles) AS counts
FROM answer JOIN person ON person.id = answer.person WHERE review = $1 ORDER BY answered_at
