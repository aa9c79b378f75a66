-- Read one record of a practice system and keep others from changing it until the transaction ends.
SELECT data FROM practice.record WHERE system = $1 AND kind = $2 AND id = $3 FOR UPDATE
