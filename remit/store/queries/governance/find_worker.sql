-- Tell whether there is a worker of this name.
SELECT name FROM worker WHERE name = $1
