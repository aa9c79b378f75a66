-- List what people corrected, newest first. $1 worker, $2 operation, each empty for all; $3 before this one, or null; $4 how many
SELECT id, review, run, worker, operation, about, kind, person, code, reason, changes, given_at FROM feedback
WHERE ($1 = '' OR worker = $1) AND ($2 = '' OR operation = $2)
    AND ($3::uuid IS NULL OR (given_at, id) < (SELECT given_at, id FROM feedback WHERE id = $3))
ORDER BY given_at DESC, id DESC LIMIT $4
