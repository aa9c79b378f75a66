-- Use up one planned fault of an operation, if there is one: the one planned first.
UPDATE practice.fault SET remaining = remaining - 1
WHERE serial = (
    SELECT serial FROM practice.fault
    WHERE system = $1 AND operation IN ($2, '*') AND remaining > 0
    ORDER BY serial LIMIT 1 FOR UPDATE -- without SKIP LOCKED: two processes asking at once both meet a fault planned twice
)
RETURNING kind, seconds
