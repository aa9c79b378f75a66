-- Give a place at a system back, unless it ran out and somebody else holds it. $1 name, $2 number, $3 holder
UPDATE place SET until = '-infinity', holder = NULL WHERE name = $1 AND number = $2 AND holder = $3
