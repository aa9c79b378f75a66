"""Workers of the revenue domain."""
