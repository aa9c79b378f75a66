-- Take deliveries that are due on these channels, some at a time; another process may try each when ours took too long.
-- $1 channels, $2 now, $3 until when it is ours
WITH taken AS (
    SELECT id FROM delivery WHERE state = 'due' AND due_at <= $2 AND channel = ANY ($1::text[])
    ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED
)
UPDATE delivery SET tries = tries + 1, due_at = $3
FROM taken, notice WHERE delivery.id = taken.id AND notice.id = delivery.notice
RETURNING delivery.id, delivery.channel, delivery.address, delivery.tries,
    notice.kind, notice.recipient, notice.title, notice.body, notice.link, notice.made_at
