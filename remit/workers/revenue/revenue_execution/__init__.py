"""Revenue Execution."""
