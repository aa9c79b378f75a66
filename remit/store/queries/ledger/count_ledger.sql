-- Count what the ledger holds, so that nothing can hide beside the leaves.
SELECT
    (SELECT count(*) FROM entry) AS entries,
    (SELECT count(*) FROM leaf) AS leaves,
    (SELECT count(*) FROM unsequenced) AS unsequenced,
    (SELECT count(*) FROM unsequenced JOIN leaf USING (serial)) AS twice,
    (SELECT count(*) FROM tile) AS tiles
