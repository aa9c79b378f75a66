-- Tell in which domain a worker is.
SELECT domain FROM worker WHERE name = $1
