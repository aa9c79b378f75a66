-- Forget every planned fault.
DELETE FROM practice.fault
