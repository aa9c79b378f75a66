-- Everything a worker ever learned, in every state, the newest first.
SELECT * FROM memory WHERE worker = $1 ORDER BY remembered_at DESC, id DESC LIMIT $2
