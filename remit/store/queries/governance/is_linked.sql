-- Tell whether a person is linked to another account at an identity provider.
SELECT EXISTS (SELECT FROM sign_in WHERE issuer = $1 AND person = $2)
