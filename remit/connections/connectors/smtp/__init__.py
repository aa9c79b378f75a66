"""Mail, sent through a mail server."""
