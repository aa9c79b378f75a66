-- Find what a person typed about a review.
SELECT digest, fields, saved_at FROM review_draft WHERE review = $1 AND person = $2
