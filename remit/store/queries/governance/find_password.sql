-- Find the hash of a person's password, if the person is here.
SELECT sign_in.secret FROM sign_in JOIN person ON person.id = sign_in.person
WHERE sign_in.issuer = '' AND sign_in.subject = $1 AND person.is_active
