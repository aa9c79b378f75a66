-- List how a person can sign in: by a password, whose issuer is empty, or at an identity provider.
SELECT issuer, changed_at FROM sign_in WHERE person = $1 ORDER BY issuer
