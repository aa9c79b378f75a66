-- Find how a person likes to read.
SELECT locale, time_zone, theme, keys FROM preference WHERE person = $1
