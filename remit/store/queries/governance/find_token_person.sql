-- Find whose token this is, if it counts and the person is here.
SELECT personal_token.person FROM personal_token JOIN person ON person.id = personal_token.person
WHERE personal_token.hash = $1 AND personal_token.expires_at > $2
    AND personal_token.revoked_at IS NULL AND person.is_active
