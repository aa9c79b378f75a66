-- Find whom an identity provider means.
SELECT person, roles FROM sign_in WHERE issuer = $1 AND subject = $2
