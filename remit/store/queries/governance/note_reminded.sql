-- Note how many reminders of a review are behind it, and when the next is looked at.
UPDATE review SET notices = $2, notice_at = $3 WHERE id = $1
