-- Find a sealed secret by name.
SELECT sealed FROM secret WHERE name = $1
