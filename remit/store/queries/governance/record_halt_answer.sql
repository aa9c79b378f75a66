-- Keep what was told when a halt was answered.
UPDATE halt SET answer = $2 WHERE id = $1
