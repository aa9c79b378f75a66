-- List what the practice systems did, in the order they did it; of one system when it is given.
SELECT serial, system, operation, key, repetition, arguments, result, asked_at, performed_at
FROM practice.effect WHERE $1 = '' OR system = $1 ORDER BY serial
