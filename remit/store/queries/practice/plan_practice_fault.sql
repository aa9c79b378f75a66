-- Plan faults: the next so many times the operation is asked.
INSERT INTO practice.fault (system, operation, kind, remaining, seconds) VALUES ($1, $2, $3, $4, $5)
