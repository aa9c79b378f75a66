-- Keep an answer until it counts, in place of an earlier one; what was typed is kept too, for whoever takes it back.
INSERT INTO pending_answer (review, person, answer, said_at, due_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (review, person) DO UPDATE SET answer = $3, said_at = $4, due_at = $5, refused = ''
