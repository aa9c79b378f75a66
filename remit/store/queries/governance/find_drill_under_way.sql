-- Find a drill that has begun and not ended, and not so long ago that its process must have died.
SELECT id FROM drill WHERE ended_at IS NULL AND began_at > $1 LIMIT 1
