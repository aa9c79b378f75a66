-- List every checkpoint, smallest first.
SELECT size, note FROM checkpoint ORDER BY size
