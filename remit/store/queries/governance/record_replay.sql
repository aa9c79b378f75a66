-- Keep what a replay showed, what it rested on, and the digest whoever approves is bound to.
UPDATE change SET state = 'replayed', base = $2, replay = $3, stamp = $4, replayed_at = $5 WHERE id = $1
