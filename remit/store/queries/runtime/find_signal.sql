-- Find a signal that came before, with the runs it opened.
SELECT signal.id, ARRAY(SELECT run.id FROM run WHERE run.signal = signal.id ORDER BY run.worker) AS runs
FROM signal WHERE source = $1 AND signal_id = $2
