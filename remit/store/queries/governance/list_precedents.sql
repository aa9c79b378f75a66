-- List the last decisions of people on the same worker and operation, those about the same thing first.
-- $1 the review, $2 how many
SELECT past.id, past.state, past.packet ->> 'about' AS about, past.arguments, past.answered_at,
    past.packet ->> 'about' = asked.packet ->> 'about' AND past.packet ->> 'about' <> '' AS is_same,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('person', answer.person, 'verdict', answer.verdict, 'role', answer.role,
        'code', answer.code, 'reason', answer.reason, 'edited', answer.edited) ORDER BY answer.answered_at), '[]')
        FROM answer WHERE answer.review = past.id) AS answers,
    (SELECT coalesce(jsonb_agg(changes ORDER BY given_at), '[]')
        FROM feedback WHERE feedback.review = past.id AND feedback.kind = 'edit') AS edits
FROM review AS asked JOIN LATERAL (
    SELECT * FROM review WHERE review.worker = asked.worker AND review.operation = asked.operation AND review.kind = asked.kind
        AND review.answered_at IS NOT NULL AND review.id <> asked.id AND review.answered_at <= coalesce(asked.answered_at, 'infinity')
    ORDER BY review.answered_at DESC LIMIT 200
) AS past ON true
WHERE asked.id = $1 ORDER BY is_same DESC, past.answered_at DESC LIMIT $2
