-- List the handoffs nobody took up in time.
SELECT id FROM handoff WHERE state = 'open' AND acknowledge_by <= $1 LIMIT 100
