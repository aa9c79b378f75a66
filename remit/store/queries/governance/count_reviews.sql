-- Count reviews.
-- $1 state, $2 worker, $3 domain, $4 operation, $5 role asked, each empty for any; $6 who can answer it, or empty; $7 their own
-- roles, $8 those lent to them, $9 now
SELECT count(*) FROM review
WHERE state = $1 AND ($2 = '' OR worker = $2) AND ($3 = '' OR domain = $3) AND ($4 = '' OR operation = $4)
    AND ($5 = '' OR $5 = ANY (roles))
    AND ($6 = '' OR (expires_at > $9
        AND roles && ARRAY(SELECT split_part(held, '@', 1) FROM unnest($7::text[] || $8::text[]) AS held) -- cheap, so first
        AND (EXISTS (SELECT FROM unnest(roles) AS asked (role) WHERE holds($7::text[], asked.role, review.domain))
            -- whether a role that is lent can be used depends on who lends it
            OR (roles && $8::text[] AND EXISTS (SELECT FROM answerers(review.id, $9) AS able WHERE able.person = $6)))
        AND NOT EXISTS (SELECT FROM excluded WHERE excluded.review = review.id AND excluded.person = $6 OFFSET 0) -- each by itself
        AND NOT EXISTS (SELECT FROM answer LEFT JOIN delegation ON delegation.id = answer.delegation
            WHERE answer.review = review.id AND answer.digest = review.digest AND $6 IN (answer.person, delegation.delegator))))
