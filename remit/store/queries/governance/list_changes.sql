-- List changes, newest first; $1 takes those in one state, or all when it is empty.
SELECT id, kind, name, domain, why, digest, state, author, drafted_at, stamp, replayed_at, settled_by, settled_at, reason
FROM change WHERE $1 = '' OR state = $1 ORDER BY drafted_at DESC, id DESC LIMIT $2
