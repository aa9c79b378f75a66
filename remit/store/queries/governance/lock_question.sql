-- Hold a question while it is answered.
SELECT id, review, asked_by, asked_of, words, reply FROM question WHERE id = $1 FOR UPDATE
