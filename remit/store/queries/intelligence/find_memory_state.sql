-- The state of one memory.
SELECT state FROM memory WHERE id = $1
