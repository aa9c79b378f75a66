-- Write a person's answer to a review; who approved what another has edited since may answer again.
INSERT INTO answer (review, person, verdict, role, delegation, digest, code, reason, edited, answered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (review, person) DO UPDATE SET verdict = excluded.verdict, role = excluded.role,
    delegation = excluded.delegation, digest = excluded.digest, code = excluded.code, reason = excluded.reason,
    edited = excluded.edited, answered_at = excluded.answered_at
WHERE answer.digest <> excluded.digest
