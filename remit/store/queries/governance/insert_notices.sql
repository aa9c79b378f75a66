-- Write what people are to be told; what was told already under the same key is passed over.
INSERT INTO notice (id, key, kind, recipient, title, body, link, made_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
ON CONFLICT (key) DO NOTHING
