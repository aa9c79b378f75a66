-- Begin a new generation of a worker's identity: every token minted before is refused from the commit on.
-- $1 worker, $2 whether it is revoked, $3 reason, $4 by whom, $5 now
INSERT INTO worker_identity AS identity (worker, generation, is_revoked, reason, changed_by, changed_at)
VALUES ($1, 2, $2, $3, $4, $5)
ON CONFLICT (worker) DO UPDATE SET generation = identity.generation + 1, is_revoked = excluded.is_revoked,
    reason = excluded.reason, changed_by = excluded.changed_by, changed_at = excluded.changed_at
RETURNING generation
