-- Keep a draft; give nothing when the same is drafted already and still open.
INSERT INTO change (id, kind, name, domain, text, playbook, why, digest, before, author, drafted_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft')
ON CONFLICT DO NOTHING RETURNING id
