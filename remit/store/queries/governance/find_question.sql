-- Find the review a question is about.
SELECT review FROM question WHERE id = $1
