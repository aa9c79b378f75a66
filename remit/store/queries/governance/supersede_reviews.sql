-- Close the reviews of an action that do not fit any more: the action or the charter has changed.
UPDATE review SET state = 'superseded' WHERE run = $1 AND step = $2 AND state IN ('open', 'approved')
