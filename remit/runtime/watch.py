"""Watches the drop folder: a file that has arrived whole becomes a signal, once."""
