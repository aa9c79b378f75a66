-- Note which action a new run takes back: from then on no halt but that of its connection or of everything holds it up.
UPDATE run SET reverses = $2 WHERE id = $1
