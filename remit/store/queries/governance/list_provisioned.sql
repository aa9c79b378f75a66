-- List what an identity provider keeps here, of these kinds.
SELECT id, kind, data, person FROM scim_resource WHERE kind = ANY ($1::text[]) ORDER BY id
