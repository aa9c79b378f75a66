-- List the roles a person holds, and those somebody lent to them at a moment; of somebody who has left, none.
SELECT roles AS own, ARRAY(SELECT DISTINCT role FROM delegation
    WHERE delegate = $1 AND given_at <= $2 AND until > $2 AND ended_at IS NULL) AS lent
FROM person WHERE id = $1 AND is_active
