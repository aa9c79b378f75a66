-- Tell for how many seconds a system wants to be left alone. $1 name
SELECT extract(epoch FROM not_before - clock_timestamp())::float8 FROM pace WHERE name = $1 AND not_before > clock_timestamp()
