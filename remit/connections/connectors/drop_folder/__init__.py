"""A folder that people and systems drop files into."""
