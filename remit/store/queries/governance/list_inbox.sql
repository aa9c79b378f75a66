-- List reviews as the inbox shows them, oldest first; what its person has answered a moment ago is left out.
-- $1 state, $2 domain, $3 risk, $4 worker, $5 operation, each empty for any; $6 the person who looks, $7 whether only those
-- they can answer; $8 their own roles, $9 those lent to them, $10 now; $11 after this review, $12 how many
SELECT id, worker, domain, operation, kind, risk, state, opened_at, expires_at, digest, packet ->> 'proposal' AS proposal, packet ->> 'purpose' AS purpose,
    packet ->> 'summary' AS summary, packet ->> 'about' AS about, packet ->> 'worker' AS title,
    EXISTS (SELECT FROM review_draft WHERE review_draft.review = review.id AND review_draft.person = $6) AS has_draft,
    EXISTS (SELECT FROM question WHERE question.review = review.id AND replied_at IS NULL) AS is_asked
FROM review
WHERE state = $1 AND ($2 = '' OR domain = $2) AND ($3 = '' OR risk = $3) AND ($4 = '' OR worker = $4) AND ($5 = '' OR operation = $5)
    AND NOT EXISTS (SELECT FROM pending_answer WHERE pending_answer.review = review.id AND pending_answer.person = $6)
    AND (NOT $7::boolean OR (expires_at > $10
        AND roles && ARRAY(SELECT split_part(held, '@', 1) FROM unnest($8::text[] || $9::text[]) AS held) -- cheap, so first
        AND (EXISTS (SELECT FROM unnest(roles) AS asked (role) WHERE holds($8::text[], asked.role, review.domain))
            OR (roles && $9::text[] AND EXISTS (SELECT FROM answerers(review.id, $10) AS able WHERE able.person = $6)))
        AND NOT EXISTS (SELECT FROM excluded WHERE excluded.review = review.id AND excluded.person = $6 OFFSET 0) -- each by itself
        AND NOT EXISTS (SELECT FROM answer LEFT JOIN delegation ON delegation.id = answer.delegation
            WHERE answer.review = review.id AND answer.digest = review.digest AND $6 IN (answer.person, delegation.delegator))))
    AND ($11::uuid IS NULL OR (opened_at, id) > (SELECT opened_at, id FROM review WHERE id = $11))
ORDER BY opened_at, id LIMIT $12
