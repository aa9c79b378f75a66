-- Show one review with its answers, questions and corrections.
SELECT review.*, run.trace_id, run.state AS run_state,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('person', answer.person, 'verdict', verdict, 'role', answer.role, 'code', code,
        'reason', answer.reason, 'edited', edited, 'digest', answer.digest, 'delegator', coalesce(delegation.delegator, ''),
        'counts', still_counts(answer.person, answer.role, answer.delegation, review.domain), 'answered_at', answered_at)
        ORDER BY answered_at), '[]')
        FROM answer LEFT JOIN delegation ON delegation.id = answer.delegation WHERE answer.review = $1) AS answers,
    (SELECT coalesce(jsonb_agg(to_jsonb(question) - 'review' ORDER BY asked_at), '[]')
        FROM question WHERE question.review = $1) AS questions,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('person', person, 'changes', changes, 'given_at', given_at) ORDER BY given_at), '[]')
        FROM feedback WHERE feedback.review = $1 AND kind = 'edit') AS edits
FROM review JOIN run ON run.id = review.run WHERE review.id = $1
