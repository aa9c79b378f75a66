-- Count the attempt that succeeded as none, and no other one of the same address.
UPDATE sign_in_attempt SET failures = failures - 1 WHERE key = $1
