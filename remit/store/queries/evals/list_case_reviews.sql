-- List every review there ever was, whatever became of it, in the order they were opened.
SELECT id, run, operation, roles, approvals, state, packet FROM review ORDER BY opened_at, id
