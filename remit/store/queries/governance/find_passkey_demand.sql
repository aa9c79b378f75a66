-- Tell whether everybody has to approve what is of high impact with a passkey.
SELECT id, set_by, set_at FROM passkey_demand WHERE lifted_at IS NULL
