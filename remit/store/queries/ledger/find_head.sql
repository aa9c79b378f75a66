-- Find the newest checkpoint, if any, and how far the leaves reach.
SELECT
    (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1) AS note,
    (SELECT coalesce(max(index) + 1, 0) FROM leaf) AS leaves
