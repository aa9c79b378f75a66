-- Forget a user or a group.
DELETE FROM scim_resource WHERE id = $1
