-- Take notices that nobody has addressed yet, some at a time, with the people they are for.
SELECT notice.id, notice.kind, notice.recipient,
    ARRAY(SELECT person.mail FROM person
        WHERE person.is_active AND person.mail <> '' AND (person.id = notice.recipient
            OR EXISTS (SELECT FROM unnest(person.roles) AS held
                WHERE 'role:' || held IN (notice.recipient, split_part(notice.recipient, '@', 1))))
        ORDER BY person.id) AS addresses
FROM notice WHERE addressed_at IS NULL ORDER BY made_at LIMIT 100 FOR UPDATE SKIP LOCKED
