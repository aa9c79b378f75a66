-- Note whom a review told of by name.
UPDATE review SET told = told || ARRAY(SELECT unnest($2::text[]) EXCEPT SELECT unnest(told)) WHERE id = $1
