-- Show one change.
SELECT id, kind, name, domain, text, playbook, why, digest, before, state, author, drafted_at, base, replay, stamp, replayed_at,
    settled_by, settled_at, reason
FROM change WHERE id = $1
