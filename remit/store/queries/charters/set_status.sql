-- Set the status of a worker.
UPDATE worker SET status = $2, changed_at = $3 WHERE name = $1
