-- Keep what a person typed about a review, in place of what they typed before.
INSERT INTO review_draft (review, person, digest, fields, saved_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (review, person) DO UPDATE SET digest = $3, fields = $4, saved_at = $5
