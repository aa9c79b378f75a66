-- List the processes that confirmed a halt, and those alive that have not.
SELECT process AS id, host, pid, asking, confirmed_at FROM confirmation WHERE halt = $1
UNION ALL
SELECT id, host, pid, asking, NULL FROM process
WHERE beat_at > clock_timestamp() - interval '5 seconds'
    AND NOT EXISTS (SELECT FROM confirmation WHERE halt = $1 AND process = process.id)
ORDER BY host, pid
