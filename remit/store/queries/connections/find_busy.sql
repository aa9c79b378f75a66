-- Tell until when a system wants to be left alone. $1 name
SELECT not_before FROM pace WHERE name = $1 AND not_before > '-infinity'
