-- List the answers to a review.
SELECT person, verdict, role, digest, reason, edited, answered_at FROM answer WHERE review = $1 ORDER BY answered_at
