"""Fills `{name}` and `{order.number}` in a template with plain values, once; what is missing is named, never invented.

A value is text, never again a template: braces in it stay braces. `{{` and `}}` are a brace each.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from remit.errors import JudgementFailed

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Write the template with its values.

    Raises:
        JudgementFailed: A value is missing or is not plain, or the template is broken.
    """
    names = list(_names_in(template))
    if missing := sorted({name for name in names if _look_up(values, name) in (None, "", [], ())}):
        raise JudgementFailed(f"the text needs {_listed(missing)}, and nothing is known. Find it out first")
    texts = {name: _write(name, _look_up(values, name)) for name in names}
    return _PIECE.sub(lambda piece: texts[piece[1].strip()] if piece[1] is not None else piece[0][0], template)


def _names_in(template: str) -> Iterator[str]:
    for piece in _PIECE.finditer(template):
        if piece[0] in {"{", "}"}:
            raise JudgementFailed(f"the template has a lone `{piece[0]}` at character {piece.start()}. Double it")
        if piece[1] is None:
            continue
        name = piece[1].strip()
        if not _NAME.fullmatch(name):
            raise JudgementFailed(f"`{{{name[:40]}}}` in the template is not a name. Use one like `{{order.number}}`")
        yield name


def _look_up(values: Mapping[str, Any], name: str) -> Any:
    """Walk through mappings only: never into the attributes of a value."""
    found: Any = values
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(part)
    return found


def _write(name: str, value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list() | tuple():
            return ", ".join(_write(name, item) for item in cast("Sequence[Any]", value))
        case _:
            raise JudgementFailed(f"`{name}` is not a plain value. Name one of its parts, as in `{{{name}.number}}`")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
