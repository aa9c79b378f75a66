-- List the keys of actions of which it is not known, or not known yet, whether they took effect.
SELECT run || ':' || step AS key, split_part(operation, '.', 1) AS system FROM action WHERE state IN ('performing', 'unknown')
