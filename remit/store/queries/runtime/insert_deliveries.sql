-- Write what is to be delivered; what is there already stays.
INSERT INTO delivery (id, notice, channel, address, state, due_at)
SELECT new.id, new.notice, new.channel, new.address, 'due', $5
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS new (id, notice, channel, address)
ON CONFLICT (notice, channel, address) DO NOTHING
