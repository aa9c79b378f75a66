-- Count the entries that wait for their index.
SELECT count(*) FROM unsequenced
