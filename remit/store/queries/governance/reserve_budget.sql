-- Reserve of one budget, unless the limit would be exceeded; concurrent reservations wait for each other here.
-- $1 worker, $2 day, $3 name, $4 quantity, $5 limit
INSERT INTO budget (worker, day, name, reserved)
SELECT $1, $2, $3, $4::bigint WHERE $4::bigint <= $5::bigint
ON CONFLICT (worker, day, name) DO UPDATE SET reserved = budget.reserved + excluded.reserved
    WHERE budget.reserved + budget.spent + excluded.reserved <= $5::bigint
RETURNING name
