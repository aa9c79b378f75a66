-- Show one review with its answers.
SELECT review.*, run.trace_id, run.state AS run_state,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('person', person, 'verdict', verdict, 'role', role, 'reason', reason,
        'edited', edited, 'answered_at', answered_at) ORDER BY answered_at), '[]') FROM answer WHERE answer.review = $1) AS answers
FROM review JOIN run ON run.id = review.run WHERE review.id = $1
