-- List the migrations applied.
SELECT name FROM migration
