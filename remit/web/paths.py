"""Paths of this house: an address elsewhere would lead people away once they are signed in."""


def path_of_ours(said: str) -> str:
    """Give a path as it was said, if it stays in this house; else the first page."""
    is_ours = said.startswith("/") and not said.startswith(("//", "/\\")) and said.isprintable()
    return said if is_ours else "/"
