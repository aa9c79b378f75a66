-- Tell which first steps somebody has taken in a house.
SELECT EXISTS (SELECT FROM signal) AS signal,
    EXISTS (SELECT FROM run WHERE state IN ('done', 'exception', 'stopped')) AS run,
    EXISTS (SELECT FROM answer WHERE person = $1) AS answered,
    EXISTS (SELECT FROM halt WHERE set_by = $1 AND NOT is_drill) AS stopped,
    EXISTS (SELECT FROM halt WHERE set_by = $1 AND lifted_by <> $1 AND NOT is_drill) AS resumed
