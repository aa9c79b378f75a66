-- Find invoices whose data contains what is given, within a window of gross amounts and one of issue dates, newest first.
SELECT data FROM practice.record
WHERE system = 'erp' AND kind = 'invoice' AND data @> $1
    AND ($2::bigint IS NULL OR (data ->> 'gross')::bigint >= $2)
    AND ($3::bigint IS NULL OR (data ->> 'gross')::bigint <= $3)
    AND ($4::text IS NULL OR data ->> 'issued_on' >= $4)
    AND ($5::text IS NULL OR data ->> 'issued_on' <= $5)
ORDER BY data ->> 'issued_on' DESC, id DESC LIMIT $6
