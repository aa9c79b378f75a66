"""Invoice Review."""
