-- Take a person's password, if it is still the one that was checked.
SELECT subject FROM sign_in WHERE issuer = '' AND subject = $1 AND secret = $2 FOR UPDATE
