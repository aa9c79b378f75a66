-- Count actions by operation and state.
SELECT operation, state, count(*) AS actions FROM action GROUP BY operation, state
