-- Wake every process when this transaction commits, so that each confirms the halt.
SELECT pg_notify('remit_halts', $1)
