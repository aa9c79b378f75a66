-- Hold a review while it is answered, so that two people answer one after the other.
SELECT review.*, run.trace_id FROM review JOIN run ON run.id = review.run WHERE review.id = $1 FOR UPDATE OF review
