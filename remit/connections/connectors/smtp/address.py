"""Which texts are addresses of mail: one plain address, and nothing that could become two or a header."""

import re
from typing import Final

_LONGEST: Final = 254
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
)


def domain_of(address: str) -> str:
    """Give the domain of an address; empty when it is none."""
    found = _ADDRESS.fullmatch(address) if len(address) <= _LONGEST else None
    return found[1] if found else ""
