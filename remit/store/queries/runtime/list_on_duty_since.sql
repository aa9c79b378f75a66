-- Tell since when each worker is on duty as it is now: the moments of its clock before that are not its.
SELECT name, changed_at FROM worker WHERE status = 'live'
