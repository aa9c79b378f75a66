-- Gather everything a decision about one action rests on, and what already became of this action.
-- $1 run, $2 step, $3 worker, $4 halt scopes, $5 operation, $6 ids of the seated people, $7 day, $8 budget names, $9 who holds the workflow's budgets,
-- $10 now, $11 domain
SELECT
    ARRAY(SELECT scope FROM halt WHERE lifted_at IS NULL AND scope = ANY (
        CASE WHEN work.reverses <> '' THEN holding_scopes(work.reverses, $3, '', '', split_part($5, '.', 1)) ELSE $4::text[] END) ORDER BY scope) AS halts,
    coalesce(work.reverses <> '', false) AS is_reversal,
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
        FROM answer
        WHERE answer.review = review.id AND (answer.verdict = 'reject' OR review.kind = 'outcome'
            -- an approval counts while who gave it is here, holds the role or is lent it, and had no part in what is asked;
            -- and only for the text it was given to
            OR (answer.digest = review.digest AND still_counts(answer.person, answer.role, answer.delegation, review.domain)
                AND NOT EXISTS (SELECT FROM excluded WHERE excluded.review = review.id AND excluded.person = answer.person))))
        AS answers,
    -- a bypass is nothing for the runs of those who asked for it and granted it
    (SELECT coalesce(jsonb_object_agg(coalesce(nullif(bypass.rule, ''), '*'), jsonb_build_object(
            'id', bypass.id, 'asked_by', bypass.asked_by, 'granted_by', bypass.granted_by, 'until', bypass.until)), '{}')
        FROM bypass WHERE bypass.ended_at IS NULL AND bypass.until > $10 AND bypass.granted_at IS NOT NULL AND bypass.domain = $11
            AND bypass.worker IN ('', $3) AND bypass.operation IN ('', $5)
            AND NOT EXISTS (SELECT FROM signal WHERE signal.id = work.signal
                AND signal.requested_by IN (bypass.asked_by, bypass.granted_by))) AS bypassed
FROM (SELECT 1) AS one
LEFT JOIN run AS work ON work.id = $1
LEFT JOIN action ON action.run = $1 AND action.step = $2
LEFT JOIN LATERAL (
    SELECT * FROM review WHERE review.run = $1 AND review.step = $2 ORDER BY opened_at DESC LIMIT 1
) AS review ON true
