"""How we touch the world."""
