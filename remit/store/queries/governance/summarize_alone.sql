-- Count what workers did since a moment without asking anybody, and what was asked of people meanwhile.
SELECT (SELECT count(*) FROM action WHERE state = 'performed' AND settled_at >= $1
    AND NOT EXISTS (SELECT FROM review WHERE review.run = action.run AND review.step = action.step)) AS alone,
    (SELECT count(*) FROM review WHERE answered_at >= $1) AS answered
