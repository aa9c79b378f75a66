"""What happened, in a record a stranger can verify."""
