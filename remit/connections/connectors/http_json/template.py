"""Fills templates of requests with arguments: a path, a query, a body."""

import re
from typing import Any, Final, cast
from urllib.parse import quote

from remit.errors import SystemRefused

_NAME: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_ABSENT: Final = object()


def names_in(template: object) -> frozenset[str]:
    """Find the names of all arguments a template takes."""
    match template:
        case str():
            return frozenset(_NAME.findall(template))
        case dict():
            return frozenset[str]().union(*map(names_in, cast("dict[str, object]", template).values()))
        case list():
            return frozenset[str]().union(*map(names_in, cast("list[object]", template)))
        case _:
            return frozenset()


def fill_path(template: str, arguments: dict[str, Any]) -> str:
    """Fill a path; each argument stays within its segment.

    Raises:
        SystemRefused: An argument is missing, empty, a list, or would leave its segment.
    """

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        text = _as_text(name, arguments.get(name))
        if text in {"", ".", ".."}:
            raise SystemRefused(f"`{name}` cannot be `{text}`: it names what is asked for")
        if any(letter < " " for letter in text) or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise SystemRefused(f"`{name}` holds a character that cannot be part of an address")
        return quote(text, safe="")

    return _NAME.sub(fill, template)


def fill_query(template: dict[str, Any], arguments: dict[str, Any]) -> dict[str, str | list[str]]:
    """Fill a query; parameters without an argument are left out, and a list is given as several.

    Raises:
        SystemRefused: An argument is a mapping.
    """
    filled = cast("dict[str, Any]", _fill(template, arguments))
    return {
        name: [_as_text(name, item) for item in cast("list[Any]", value)]
        if isinstance(value, list)
        else _as_text(name, value)
        for name, value in filled.items()
        if value is not None
    }


def fill_body(template: object, arguments: dict[str, Any]) -> Any:
    """Fill a body; a text that is one placeholder becomes the argument itself, absent ones are left out."""
    filled = _fill(template, arguments)
    return None if filled is _ABSENT else filled


def _fill(template: object, arguments: dict[str, Any]) -> Any:
    match template:
        case str():
            return _fill_text(template, arguments)
        case dict():
            entries = cast("dict[str, object]", template).items()
            filled = {name: _fill(value, arguments) for name, value in entries}
            return {name: value for name, value in filled.items() if value is not _ABSENT}
        case list():
            items = [_fill(item, arguments) for item in cast("list[object]", template)]
            return [item for item in items if item is not _ABSENT]
        case _:
            return template


def _fill_text(template: str, arguments: dict[str, Any]) -> Any:
    whole = _NAME.fullmatch(template)
    if whole:
        return arguments.get(whole[1], _ABSENT)
    return _NAME.sub(lambda found: _as_text(found[1], arguments.get(found[1])), template)


def _as_text(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case None:
            raise SystemRefused(f"`{name}` is missing")
        case _:
            raise SystemRefused(f"`{name}` has to be a text or a number here")
