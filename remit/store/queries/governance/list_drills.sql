-- List the drills, newest first.
SELECT id, due_at, began_by, began_at, ended_at, has_passed, result FROM drill ORDER BY began_at DESC LIMIT $1
