-- Keep the reply to a question.
UPDATE question SET reply = $2, replied_at = $3 WHERE id = $1
