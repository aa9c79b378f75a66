-- Count the questions asked about a review.
SELECT count(*) FROM question WHERE review = $1
