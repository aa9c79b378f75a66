-- Settle a delivery: delivered, failed for good, or due again later.
UPDATE delivery SET state = $2, reason = $3, due_at = coalesce($4, due_at), settled_at = CASE WHEN $2 = 'due' THEN NULL ELSE $5::timestamptz END
WHERE id = $1
