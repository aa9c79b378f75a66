-- Take back the room of keys that were taken away, so that they are not left on the disk.
VACUUM subject_key
