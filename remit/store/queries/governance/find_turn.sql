-- Find when an action of a worker with a limit a minute may begin. $1 run, $2 step
SELECT due_at FROM turn WHERE run = $1 AND step = $2
