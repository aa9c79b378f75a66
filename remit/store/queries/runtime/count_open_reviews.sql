-- Count the open reviews by worker.
SELECT worker, count(*) AS reviews FROM review WHERE state = 'open' GROUP BY worker
