-- Find the newest checkpoint, with what witnesses signed of it.
SELECT note || coalesce((SELECT string_agg(line, '' ORDER BY witness) FROM cosignature
    WHERE cosignature.size = checkpoint.size), '')
FROM checkpoint ORDER BY size DESC LIMIT 1
