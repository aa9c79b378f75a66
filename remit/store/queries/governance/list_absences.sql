-- List who is away at a moment or later, soonest first.
SELECT id, person, since, until, noted_by FROM absence WHERE until > $1 AND ended_at IS NULL ORDER BY since, id LIMIT $2
