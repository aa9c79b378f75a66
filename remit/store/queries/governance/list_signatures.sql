-- List the newest signature of each line of a worker's readiness; $1 is a worker, or null for all.
SELECT DISTINCT ON (worker, line) worker, line, digest, version, note, signed_by, signed_at FROM readiness_signature
WHERE $1::text IS NULL OR worker = $1 ORDER BY worker, line, signed_at DESC, id DESC
