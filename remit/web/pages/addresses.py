"""Addresses of pages with their filters: what is empty is left out, so that one view has one address."""

from collections.abc import Mapping
from urllib.parse import urlencode


def address(path: str, /, *filters: Mapping[str, object], **changes: object) -> str:
    """Write an address with filters; later ones win, and what is empty is left out."""
    given: dict[str, object] = {}
    for each in (*filters, changes):
        given |= each
    kept = {name: str(value) for name, value in given.items() if value not in {None, ""}}
    return f"{path}?{urlencode(kept)}" if kept else path
