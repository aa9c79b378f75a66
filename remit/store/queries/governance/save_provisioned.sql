-- Keep a user or a group as an identity provider says it is.
INSERT INTO scim_resource (id, kind, data, person) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET data = excluded.data
