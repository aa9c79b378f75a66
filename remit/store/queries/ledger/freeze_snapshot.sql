-- Read everything in this transaction as of one moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
