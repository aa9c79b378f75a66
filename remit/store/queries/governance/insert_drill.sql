-- Begin a drill; the one that stands for a moment of the plan is held once.
INSERT INTO drill (id, due_at, began_by, began_at) VALUES ($1, $2, $3, $4) ON CONFLICT (due_at) DO NOTHING RETURNING id
