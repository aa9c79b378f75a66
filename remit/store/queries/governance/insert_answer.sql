-- Write a person's answer to a review.
INSERT INTO answer (review, person, verdict, role, digest, reason, edited, answered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
