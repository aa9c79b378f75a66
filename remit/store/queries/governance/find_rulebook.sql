-- Tell the number of the rulebook in force.
SELECT coalesce(max(number), 0) FROM rule_file
