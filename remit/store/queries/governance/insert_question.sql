-- Ask something about a review. $1 its number, $2 the review, $3 who asks, $4 whom, $5 what, $6 now
INSERT INTO question (id, review, asked_by, asked_of, words, asked_at) VALUES ($1, $2, $3, $4, $5, $6)
