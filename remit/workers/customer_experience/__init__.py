"""Workers of the customer experience domain."""
