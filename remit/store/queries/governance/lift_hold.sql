-- Lift a hold.
UPDATE hold SET lifted_by = $2, lifted_at = $3 WHERE id = $1
