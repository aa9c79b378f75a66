-- Find the place of the newest entry in the order of writing; zero when there is none.
SELECT coalesce(max(serial), 0) FROM entry
