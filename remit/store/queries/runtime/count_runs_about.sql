-- Count the runs of a worker about the same thing that were opened lately, before this one. $1 run, $2 worker, $3 subject, $4 since
SELECT count(*) FROM run AS earlier JOIN signal ON signal.id = earlier.signal, run AS this
WHERE this.id = $1 AND earlier.worker = $2 AND signal.subject = $3
    AND earlier.changed_at >= $4 AND earlier.opened_at >= $4
    AND (earlier.opened_at, earlier.id) < (this.opened_at, this.id)
