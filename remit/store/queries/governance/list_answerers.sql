-- List who can answer a review now, under which of its roles, and by whose delegation when it is not their own.
SELECT person, role, delegation, delegator FROM answerers($1, $2) WHERE $3 = '' OR person = $3 ORDER BY person, role, delegator
