-- Say that this process lives, what it is connected to and what it is asking just now.
INSERT INTO process (id, host, pid, systems, asking, began_at, beat_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())
ON CONFLICT (id) DO UPDATE SET asking = excluded.asking, beat_at = excluded.beat_at
