-- Tell whether an identity provider keeps a person here.
SELECT EXISTS (SELECT FROM scim_resource WHERE person = $1)
