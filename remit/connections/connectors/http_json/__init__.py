"""Any system that speaks JSON over HTTP, described in a few lines."""
