-- What a worker may act on, the newest first; an empty `about` or `kind` means any.
SELECT * FROM memory
WHERE worker = $1 AND state = 'approved' AND ($2 = '' OR about = $2) AND ($3 = '' OR kind = $3)
ORDER BY remembered_at DESC, id DESC
LIMIT $4
