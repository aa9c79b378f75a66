-- Take away what ended runs hold of the outside: signals, steps, actions, reviews, handoffs and notices keep their place, and no content.
-- $1 runs, $2 now
WITH erased AS (SELECT '{"erased": true}'::jsonb AS nothing),
redacted AS (UPDATE run SET redacted_at = $2 WHERE id = ANY ($1::uuid[]) AND redacted_at IS NULL RETURNING id, signal),
signals AS (UPDATE signal SET data = nothing FROM erased WHERE signal.id IN (SELECT signal FROM redacted)),
steps AS (UPDATE step SET asked = nothing, result = nothing FROM erased WHERE run IN (SELECT id FROM redacted)),
actions AS (
    UPDATE action SET arguments = nothing, result = nothing, decision = decision - 'asked' FROM erased WHERE run IN (SELECT id FROM redacted)),
answers AS (
    UPDATE answer SET reason = '' FROM review WHERE review.id = answer.review AND review.run IN (SELECT id FROM redacted)),
questions AS (
    UPDATE question SET words = '', reply = '' FROM review
    WHERE review.id = question.review AND review.run IN (SELECT id FROM redacted)),
corrections AS (
    UPDATE feedback SET reason = '', changes = nothing FROM erased WHERE run IN (SELECT id FROM redacted)),
reviews AS (
    UPDATE review SET arguments = nothing, packet = nothing || jsonb_build_object('about', packet -> 'about', 'charter', packet -> 'charter')
    FROM erased WHERE run IN (SELECT id FROM redacted)),
handoffs AS (UPDATE handoff SET context = nothing FROM erased WHERE run IN (SELECT id FROM redacted)),
notices AS (
    UPDATE notice SET body = '' WHERE link = ANY (SELECT '/runs/' || id FROM redacted)
        OR link = ANY (SELECT '/reviews/' || review.id FROM review WHERE review.run IN (SELECT id FROM redacted)))
SELECT count(*) FROM redacted
