-- Put a worker at a stage for an action type, as a case gives it.
INSERT INTO stage (worker, operation, stage, set_by, set_at) VALUES ($1, $2, $3, 'case', $4)
