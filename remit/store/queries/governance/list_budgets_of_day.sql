-- List what is reserved and spent of the budgets of a worker, and of those it shares. $1 holders, $2 the day (UTC)
SELECT worker AS holder, name, reserved, spent FROM budget WHERE worker = ANY ($1::text[]) AND day = $2 ORDER BY worker, name
