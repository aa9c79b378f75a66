-- Hold a worker for a change of its status; give that status.
SELECT status FROM worker WHERE name = $1 FOR UPDATE
