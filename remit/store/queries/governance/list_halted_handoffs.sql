-- List the handoffs under way from the workers of a scope, or to the domains it lies in, oldest first.
-- $1 workers, $2 domains, $3 how many
SELECT id, path, run, from_worker, receiving_domain, owner, failure_owner, state, acknowledge_by FROM handoff
WHERE state IN ('open', 'acknowledged') AND (from_worker = ANY ($1::text[]) OR receiving_domain = ANY ($2::text[]))
ORDER BY opened_at LIMIT $3
