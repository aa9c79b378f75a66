"""The control plane: pages for people, rendered on the server."""
