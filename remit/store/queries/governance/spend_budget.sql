-- Use some of one budget now, unless that would pass the most there may be; nothing of it is given back.
-- $1 holder, $2 day, $3 name, $4 quantity, $5 the most
INSERT INTO budget (worker, day, name, spent)
SELECT $1, $2, $3, $4::bigint WHERE $4::bigint <= $5::bigint
ON CONFLICT (worker, day, name) DO UPDATE SET spent = budget.spent + excluded.spent
    WHERE budget.reserved + budget.spent + excluded.spent <= $5::bigint
RETURNING name
