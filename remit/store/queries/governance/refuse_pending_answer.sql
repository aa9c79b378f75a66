-- Note why an answer could not be taken.
UPDATE pending_answer SET refused = $3 WHERE review = $1 AND person = $2
