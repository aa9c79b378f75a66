"""`remit doctor`: looks at everything a house stands on, and says what to do about what is wrong."""
