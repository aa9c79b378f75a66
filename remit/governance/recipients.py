"""Where something goes: whether every mail address and URL among the sinks of a write is one the charter names.

What cannot be read as exactly one address or URL in plain ASCII is refused, whatever a mail server might make of it:
display names, lists in one text, routes through other servers, names of users in URLs, letters that look like others.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

from remit.connections.action import Action
from remit.connections.operation import Operation

_HOST: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
# `%` and `!` once meant to pass the mail on to somewhere else, and some servers still do.
_MAIL: Final = re.compile(rf"[a-z0-9#$&'*+/=?^_`{{|}}~-]+(?:\.[a-z0-9#$&'*+/=?^_`{{|}}~-]+)*@({_HOST})", re.ASCII)
_URL: Final = re.compile(rf"https?://({_HOST})(?::[0-9]{{1,5}})?(?:[/?#][a-z0-9:/?#@!$&'()*+,;=%._~-]*)?", re.ASCII)
_LONGEST: Final = 2000  # characters
_SHOWN: Final = 80  # characters of one that is refused
_NOBODY: Final = "nobody is named"


def strangers(action: Action, operation: Operation, allowed: Sequence[str]) -> tuple[str, ...]:
    """List the recipients of a write that are not among those allowed; one that names nobody has one too."""
    named = [value for sink in operation.sinks for value in _values(action.arguments.get(sink))]
    if not named:
        return (_NOBODY,)
    return tuple(_shown(value) for value in named if not _is_allowed(value, allowed))


def host_of(value: object) -> str:
    """Give the domain of a mail address, or the host of a URL; empty when it is neither."""
    text = value.lower() if isinstance(value, str) and value.isascii() and len(value) <= _LONGEST else ""
    if mail := _MAIL.fullmatch(text):
        return mail.group(1)
    if (url := _URL.fullmatch(text)) and urlsplit(text).hostname == url.group(1):
        return url.group(1)
    return ""


def _values(given: Any) -> Iterator[object]:
    if isinstance(given, list):
        yield from cast("list[object]", given)
    elif given is not None:
        yield given


def _is_allowed(value: object, allowed: Sequence[str]) -> bool:
    host = host_of(value)
    return bool(host) and any(host.endswith(name[1:]) if name.startswith("*.") else host == name for name in allowed)


def _shown(value: object) -> str:
    return ascii(value)[:_SHOWN]
