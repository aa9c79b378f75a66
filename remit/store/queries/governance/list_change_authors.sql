-- Tell for each worker who brought what is in force: the author of the newest approved change of its charter, and of each of
-- its stages. $1 a worker, or null for all
SELECT DISTINCT ON (kind, name) kind, split_part(name, '/', 1) AS worker, author FROM change
WHERE kind IN ('charter', 'stage') AND state = 'approved' AND ($1::text IS NULL OR split_part(name, '/', 1) = $1)
ORDER BY kind, name, settled_at DESC
