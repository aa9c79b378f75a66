-- Ask for a bypass of review rules.
INSERT INTO bypass (id, domain, rule, worker, operation, reason, asked_by, asked_at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
