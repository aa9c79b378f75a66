-- Reviews: questions, who is told when, stand-ins, bypasses of a rule by two people, and what people corrected.
-- On a running house: new tables, columns with defaults, and the index of open reviews is built anew. Open reviews stay.
ALTER TABLE review DROP CONSTRAINT review_state_check;
ALTER TABLE review ADD CONSTRAINT review_state_check CHECK (state IN
    ('open', 'approved', 'rejected', 'expired', 'used', 'superseded', 'lapsed')); -- lapsed: approved, then forbidden
ALTER TABLE review
    ADD COLUMN sources text[] NOT NULL DEFAULT '{}', -- the files of house rules that asked
    ADD COLUMN told text[] NOT NULL DEFAULT '{}', -- the people told of it by name, in order
    ADD COLUMN notices integer NOT NULL DEFAULT 0, -- how many of its reminders are behind it
    ADD COLUMN notice_at timestamptz NOT NULL DEFAULT '-infinity', -- when the next is looked at
    ADD COLUMN paused_until timestamptz; -- set by its first question: its time was put off until then
DROP INDEX review_open;
CREATE INDEX review_listed ON review (state, opened_at, id);
CREATE INDEX review_notice ON review (notice_at) WHERE state = 'open';
CREATE INDEX review_settled ON review (worker, operation, answered_at DESC) WHERE answered_at IS NOT NULL;
CREATE INDEX change_in_force ON change (kind, name, settled_at DESC) WHERE state = 'approved';

CREATE TABLE absence (
    id uuid PRIMARY KEY,
    person text NOT NULL REFERENCES person,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since),
    noted_by text NOT NULL,
    ended_at timestamptz -- when somebody was back before
);
CREATE INDEX absence_person ON absence (person, until);

CREATE TABLE delegation (
    id uuid PRIMARY KEY,
    delegator text NOT NULL REFERENCES person,
    delegate text NOT NULL REFERENCES person CHECK (delegate <> delegator),
    role text NOT NULL,
    domain text NOT NULL, -- empty: wherever the delegator holds the role
    reason text NOT NULL,
    given_at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > given_at),
    ended_at timestamptz -- when it was taken back before; what was approved under it counts no more
);
CREATE INDEX delegation_delegate ON delegation (delegate, until);
CREATE INDEX delegation_delegator ON delegation (delegator, until);

CREATE TABLE rota (
    role text NOT NULL,
    domain text NOT NULL, -- empty: for every domain
    place integer NOT NULL,
    person text NOT NULL REFERENCES person,
    since timestamptz NOT NULL DEFAULT '-infinity',
    until timestamptz NOT NULL DEFAULT 'infinity',
    PRIMARY KEY (role, domain, place)
);

CREATE TABLE question (
    id uuid PRIMARY KEY,
    review uuid NOT NULL REFERENCES review,
    asked_by text NOT NULL,
    asked_of text NOT NULL,
    words text NOT NULL,
    asked_at timestamptz NOT NULL,
    reply text,
    replied_at timestamptz
);
CREATE INDEX question_review ON question (review);
CREATE INDEX question_open ON question (asked_of) WHERE replied_at IS NULL;

CREATE TABLE feedback (
    id uuid PRIMARY KEY,
    review uuid NOT NULL REFERENCES review,
    run uuid NOT NULL REFERENCES run,
    worker text NOT NULL,
    operation text NOT NULL,
    about text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('edit', 'reject')),
    person text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    changes jsonb NOT NULL, -- of an edit: each argument with what it was before and after
    given_at timestamptz NOT NULL
);
CREATE INDEX feedback_worker ON feedback (worker, operation, given_at DESC);
CREATE INDEX feedback_run ON feedback (run);

CREATE TABLE bypass (
    id uuid PRIMARY KEY,
    domain text NOT NULL,
    rule text NOT NULL, -- empty: every rule that may be bypassed, for one worker and operation
    worker text NOT NULL,
    operation text NOT NULL,
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until <= asked_at + interval '4 hours'),
    granted_by text CHECK (granted_by <> asked_by),
    granted_at timestamptz,
    ended_by text,
    ended_at timestamptz,
    CHECK (rule <> '' OR (worker <> '' AND operation <> ''))
);
CREATE INDEX bypass_in_force ON bypass (until) WHERE ended_at IS NULL;

ALTER TABLE answer
    ADD COLUMN code text NOT NULL DEFAULT '', -- of a reject: a word for why
    ADD COLUMN delegation uuid REFERENCES delegation; -- under whose role the person answered, when not under an own one

-- Who may not answer a review, and why. Another migration extends it with another branch.
CREATE VIEW excluded AS
SELECT review.id AS review, review.requested_by AS person, 'signal' AS why FROM review WHERE review.requested_by <> ''
UNION ALL
SELECT review.id, latest.author, ground.kind FROM review
CROSS JOIN LATERAL (
    SELECT 'charter' AS kind, review.worker AS name
    UNION ALL SELECT 'stage', review.worker || '/' || review.operation
    UNION ALL SELECT 'rule', unnest(review.sources)) AS ground
CROSS JOIN LATERAL (
    SELECT author FROM change WHERE change.kind = ground.kind AND change.name = ground.name AND change.state = 'approved'
    ORDER BY change.settled_at DESC LIMIT 1) AS latest;

CREATE FUNCTION holds(roles text[], role text, domain text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN role = ANY (roles) OR role || '@' || domain = ANY (roles);

-- Whether what somebody said still counts: who said it, and who lent the role, are here and it is theirs.
CREATE FUNCTION still_counts(who text, as_role text, under uuid, place text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM person LEFT JOIN delegation ON delegation.id = under
    LEFT JOIN person AS lender ON lender.id = delegation.delegator
    WHERE person.id = who AND person.is_active AND CASE WHEN under IS NULL THEN holds(person.roles, as_role, place)
        ELSE delegation.ended_at IS NULL AND lender.is_active AND holds(lender.roles, as_role, place) END);

-- Who can answer a review at a moment, under which of its roles, and by whose delegation when it is not their own.
CREATE FUNCTION answerers(number uuid, moment timestamptz)
RETURNS TABLE (person text, role text, delegation uuid, delegator text) LANGUAGE sql STABLE AS $$
    WITH asked AS (
        SELECT review.id, review.digest, review.domain, asked.role FROM review, unnest(review.roles) AS asked (role)
        WHERE review.id = number
    ), offered AS (
        SELECT person.id AS person, asked.role, NULL::uuid AS delegation, person.id AS lender
        FROM asked JOIN person ON person.is_active AND holds(person.roles, asked.role, asked.domain)
        UNION ALL
        SELECT person.id, asked.role, delegation.id, lender.id
        FROM asked JOIN delegation ON delegation.role = asked.role AND delegation.domain IN ('', asked.domain)
            AND delegation.given_at <= moment AND delegation.until > moment AND delegation.ended_at IS NULL
        JOIN person ON person.id = delegation.delegate AND person.is_active AND NOT 'auditor' = ANY (person.roles)
        JOIN person AS lender ON lender.id = delegation.delegator AND lender.is_active
            AND holds(lender.roles, asked.role, asked.domain)
    )
    SELECT offered.person, offered.role, offered.delegation,
        CASE WHEN offered.delegation IS NULL THEN '' ELSE offered.lender END
    FROM offered
    WHERE NOT EXISTS (SELECT FROM excluded WHERE excluded.review = number AND excluded.person IN (offered.person, offered.lender))
        -- one person once, and one role of one person once, whoever uses it
        AND NOT EXISTS (SELECT FROM answer JOIN asked ON asked.id = answer.review AND asked.digest = answer.digest
            LEFT JOIN delegation ON delegation.id = answer.delegation
            WHERE answer.person IN (offered.person, offered.lender) OR delegation.delegator = offered.lender)
$$;
