-- List the newest text of every rule file that was ever changed; a text that is null has been removed.
SELECT DISTINCT ON (name) name, text, number FROM rule_file ORDER BY name, number DESC
