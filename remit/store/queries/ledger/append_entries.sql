-- Append entries in the caller's transaction, unsequenced.
WITH appended AS (
    INSERT INTO entry (id, at, kind, worker, run, about, trace_id, body)
    SELECT * FROM unnest(
        $1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::bytea[])
    RETURNING serial
)
INSERT INTO unsequenced SELECT serial FROM appended
