-- Keep what the kill switch needs of a worker's current charter: its process, its systems and its owners.
UPDATE worker SET workflow = $3, systems = $4, owners = $5
WHERE name = $1 AND current = $2 AND (workflow, systems, owners) IS DISTINCT FROM ($3::text, $4::text[], $5::text[])
