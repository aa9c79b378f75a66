-- List what workers used far more of than usual, newest first. $1 from which day, $2 to which, $3 worker, $4 domain, $5 how many
SELECT spike.worker, day, spike.name, used, usual, noticed_at FROM spike JOIN worker ON worker.name = spike.worker
WHERE day >= $1 AND day <= $2 AND ($3 = '' OR spike.worker = $3) AND ($4 = '' OR worker.domain = $4)
ORDER BY noticed_at DESC, spike.worker, spike.name LIMIT $5
