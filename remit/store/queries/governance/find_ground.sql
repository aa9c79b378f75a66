-- Tell which rules, which versions of workers and which stages are in force.
SELECT
    (SELECT coalesce(max(number), 0) FROM rule_file) AS number,
    (SELECT coalesce(jsonb_object_agg(name, current), '{}'::jsonb) FROM worker WHERE status <> 'retired') AS versions,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(worker, operation, stage) ORDER BY worker, operation), '[]'::jsonb)
        FROM stage) AS stages
