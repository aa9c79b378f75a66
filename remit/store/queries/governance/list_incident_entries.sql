-- List what the ledger says of some workers around a halt: the newest before it and all after it, in order.
-- $1 workers, $2 from, $3 until, $4 how many
SELECT * FROM (
    SELECT serial, at, kind, worker, run, about, body FROM entry
    WHERE worker = ANY ($1::text[]) AND at >= $2 AND at <= $3
        AND kind IN ('signal.received', 'action.decided', 'action.performed', 'action.failed', 'action.doubted',
            'review.answered', 'review.expired', 'reversal.requested', 'charter.registered')
    ORDER BY serial DESC LIMIT $4
) AS newest ORDER BY serial
