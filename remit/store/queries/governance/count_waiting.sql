-- Count the open reviews a person can answer now under their own roles or lent ones, to a hundred.
-- $1 the person, $2 their own roles, $3 those lent to them, $4 now
SELECT count(*) FROM (
    SELECT FROM review
    WHERE state = 'open' AND expires_at > $4
        AND roles && ARRAY(SELECT split_part(held, '@', 1) FROM unnest($2::text[] || $3::text[]) AS held) -- cheap, so first
        AND (EXISTS (SELECT FROM unnest(roles) AS asked (role) WHERE holds($2::text[], asked.role, review.domain))
            OR (roles && $3::text[] AND EXISTS (SELECT FROM answerers(review.id, $4) AS able WHERE able.person = $1)))
        AND NOT EXISTS (SELECT FROM excluded WHERE excluded.review = review.id AND excluded.person = $1 OFFSET 0) -- each by itself
        AND NOT EXISTS (SELECT FROM pending_answer WHERE pending_answer.review = review.id AND pending_answer.person = $1)
        AND NOT EXISTS (SELECT FROM answer LEFT JOIN delegation ON delegation.id = answer.delegation
            WHERE answer.review = review.id AND answer.digest = review.digest AND $1 IN (answer.person, delegation.delegator))
    LIMIT 100) AS waiting
