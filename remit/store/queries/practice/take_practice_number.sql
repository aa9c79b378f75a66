-- Give a number no other record has.
SELECT nextval('practice.number')
