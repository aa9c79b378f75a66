-- Count runs by worker and state.
SELECT worker, state, waits_for, count(*) AS runs FROM run GROUP BY worker, state, waits_for
