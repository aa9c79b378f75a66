"""The ready workers, one folder each."""
