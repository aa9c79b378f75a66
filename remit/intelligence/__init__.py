"""What is known and how sure."""
