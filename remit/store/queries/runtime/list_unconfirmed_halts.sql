-- List the halts in force that a process has not confirmed yet.
SELECT id FROM halt WHERE lifted_at IS NULL
    AND NOT EXISTS (SELECT FROM confirmation WHERE confirmation.halt = halt.id AND process = $1)
