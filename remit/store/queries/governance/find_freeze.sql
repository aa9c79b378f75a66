-- Find a halt that holds up what one worker may do with one operation.
-- $1 worker, $2 domain, $3 system, $4 run
SELECT scope, reason FROM halt
WHERE lifted_at IS NULL
    AND scope = ANY (holding_scopes((SELECT reverses FROM run WHERE id = $4), $1, $2, (SELECT workflow FROM worker WHERE name = $1), $3))
ORDER BY set_at LIMIT 1
