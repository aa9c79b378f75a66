-- Tell whether the same was drafted from the same before, whatever came of it; $1 kind, $2 name, $3 digest, $4 before.
SELECT id FROM change WHERE kind = $1 AND name = $2 AND digest = $3 AND before = $4 LIMIT 1
