-- List every stage that was set to another than its charter's.
SELECT worker, operation, stage FROM stage
