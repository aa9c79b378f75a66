-- Log what a practice system did.
INSERT INTO practice.effect (system, operation, key, repetition, arguments, result, asked_at, performed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
