-- List the answers to a review, under whose role each was given, and whether it counts still.
SELECT answer.person, answer.verdict, answer.role, answer.digest, answer.code, answer.reason, answer.edited, answer.answered_at,
    coalesce(delegation.delegator, '') AS delegator,
    still_counts(answer.person, answer.role, answer.delegation, review.domain) AS counts
FROM answer JOIN review ON review.id = answer.review LEFT JOIN delegation ON delegation.id = answer.delegation
WHERE answer.review = $1 ORDER BY answer.answered_at
