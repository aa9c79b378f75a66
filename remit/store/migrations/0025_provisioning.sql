-- Provisioning: what an identity provider keeps here over SCIM, and which person each user is.
-- On a running house: a new table only.
CREATE TABLE scim_resource (
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('User', 'Group')),
    data jsonb NOT NULL, -- as the protocol has it, without a password
    person text REFERENCES person -- for a user
);
CREATE UNIQUE INDEX scim_resource_person ON scim_resource (person) WHERE person IS NOT NULL;
