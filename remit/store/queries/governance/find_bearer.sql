-- Find what the token of a run is made from and checked against, and by which rules and which version a mandate is made.
-- $1 worker, $2 run, $3 id of the key
SELECT
    coalesce(worker_identity.generation, 1) AS generation,
    coalesce(worker_identity.is_revoked, false) AS is_revoked,
    worker_identity.changed_by,
    worker_identity.reason,
    worker.domain,
    worker.current,
    (SELECT coalesce(max(number), 0) FROM rule_file) AS rulebook,
    run.fence,
    run.version,
    token_key.public,
    coalesce(token_key.expires_at > now() + interval '10 minutes', false) AS may_sign
FROM (SELECT 1) AS one
LEFT JOIN worker ON worker.name = $1
LEFT JOIN worker_identity ON worker_identity.worker = $1
LEFT JOIN run ON run.id = $2 AND run.worker = $1
LEFT JOIN token_key ON token_key.id = $3 AND token_key.expires_at > now()
