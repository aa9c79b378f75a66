-- List who may not answer a review, and why.
SELECT DISTINCT person, why FROM excluded WHERE review = $1 ORDER BY person, why
