"""Remit: employ digital workers the way a company employs people."""
