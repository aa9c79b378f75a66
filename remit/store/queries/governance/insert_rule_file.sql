-- Put a rule file in force; $2 is null when it is removed.
INSERT INTO rule_file (name, text, change, approved_at) VALUES ($1, $2, $3, $4)
