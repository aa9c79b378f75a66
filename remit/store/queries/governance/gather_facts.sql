-- Gather everything a decision about one action rests on, and what already became of this action.
-- $1 run, $2 step, $3 worker, $4 halt scopes, $5 operation, $6 ids of the seated people, $7 day, $8 budget names, $9 who holds the workflow's budgets
SELECT
    ARRAY(SELECT scope FROM halt WHERE lifted_at IS NULL AND scope = ANY ($4::text[]) ORDER BY scope) AS halts,
    (SELECT coalesce(jsonb_object_agg(id, roles), '{}'::jsonb) FROM person
        WHERE is_active AND id = ANY ($6::text[])) AS seated,
    (SELECT stage FROM stage WHERE worker = $3 AND operation = $5) AS stage,
    (SELECT coalesce(max(number), 0) FROM rule_file) AS rulebook,
    (SELECT current FROM worker WHERE name = $3) AS version,
    (SELECT coalesce(jsonb_object_agg(worker || '/' || name, reserved + spent), '{}'::jsonb)
        FROM budget WHERE worker = ANY (ARRAY[$3, $9]) AND day = $7 AND name = ANY ($8::text[])) AS used,
    action.state,
    action.arguments,
    action.decided_at,
    action.reserved,
    review.id AS review,
    review.state AS review_state,
    review.kind AS review_kind,
    review.digest AS review_digest,
    review.arguments AS review_arguments,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'person', answer.person, 'role', answer.role, 'verdict', answer.verdict, 'reason', answer.reason)), '[]')
        FROM answer JOIN person ON person.id = answer.person
        WHERE answer.review = review.id AND (answer.verdict = 'reject' OR review.kind = 'outcome'
            -- an approval counts while who gave it is here and holds the role, and only for the text it was given to
            OR (person.is_active AND (answer.role = ANY (person.roles) OR answer.role || '@' || review.domain = ANY (person.roles))
                AND answer.digest = review.digest))) AS answers
FROM (SELECT 1) AS one
LEFT JOIN action ON action.run = $1 AND action.step = $2
LEFT JOIN LATERAL (
    SELECT * FROM review WHERE review.run = $1 AND review.step = $2 ORDER BY opened_at DESC LIMIT 1
) AS review ON true
