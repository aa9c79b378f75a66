-- Find how the action stands that a review is about, and why.
SELECT action.state, action.reason FROM review JOIN action ON action.run = review.run AND action.step = review.step
WHERE review.id = $1
