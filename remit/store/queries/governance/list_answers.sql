-- List the answers to a review, and whether who gave each is still here and holds the role.
SELECT answer.person, verdict, role, answer.digest, reason, edited, answer.answered_at,
    person.is_active AND (answer.role = ANY (person.roles) OR answer.role || '@' || review.domain = ANY (person.roles)) AS counts
FROM answer JOIN person ON person.id = answer.person JOIN review ON review.id = answer.review WHERE answer.review = $1 ORDER BY answer.answered_at
