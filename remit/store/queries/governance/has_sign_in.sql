-- Tell whether a person can prove alone who they are, so that nothing else may speak for them.
SELECT EXISTS (SELECT FROM sign_in WHERE person = $1)
    OR EXISTS (SELECT FROM passkey WHERE person = $1 AND removed_at IS NULL)
    OR EXISTS (SELECT FROM scim_resource WHERE person = $1)
