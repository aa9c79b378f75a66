-- Find an entry by its id, with its index once it has one.
SELECT leaf.index, entry.body FROM entry LEFT JOIN leaf USING (serial) WHERE entry.id = $1
