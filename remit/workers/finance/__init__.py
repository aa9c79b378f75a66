"""Workers of the finance domain."""
