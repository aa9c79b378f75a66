"""How work proceeds."""
