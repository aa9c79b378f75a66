-- List at which stage a worker stands, where that is not its charter's own. $1 worker
SELECT operation, stage FROM stage WHERE worker = $1
