"""The arguments of a review as fields of a form: each shown as people read it, read back as what it was."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, cast

from remit.errors import InputInvalid
from remit.money import DIGITS, minor_units
from remit.web.door import read_json

PREFIX: Final = "argument."

_LAST: Final = frozenset({"long", "json"})
_LONG: Final = 70  # letters; a longer text is edited in a larger field
_WORDS: Final = re.compile(r"\s+|[^\s]+")

Kind = Literal["text", "long", "whole", "number", "money", "yes_no", "lines", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One argument as it is shown and edited."""

    name: str
    kind: Kind
    value: str
    """as the worker proposed it"""
    typed: str
    """as it stands in the form"""
    unit: str = ""
    """the currency of money"""

    @property
    def pieces(self) -> Sequence[tuple[str, str]]:
        """What is kept, removed and added, word by word; empty when nothing is changed."""
        return list(_pieces(self.value, self.typed)) if self.value != self.typed else []


def fields_of(arguments: Mapping[str, Any], counts: str, typed: Mapping[str, str]) -> list[Field]:
    """Show arguments as fields, what takes much room last.

    Args:
        arguments: As the worker proposed them.
        counts: The name of the argument that is money, in minor units, if one is.
        typed: What a person typed so far, by the name of the field.
    """
    fields: list[Field] = []
    for name, value in arguments.items():
        kind, unit = _kind(name, value, counts, arguments)
        text = _written(value, kind, unit)
        fields.append(Field(name=name, kind=kind, value=text, typed=typed.get(PREFIX + name, text), unit=unit))
    return sorted(fields, key=lambda field: field.kind in _LAST)


def read_fields(arguments: Mapping[str, Any], counts: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Read arguments back from what was typed; what was not in the form stays.

    Raises:
        InputInvalid: A field holds what its argument cannot be.
    """
    read = dict(arguments)
    for field in fields_of(arguments, counts, typed):
        if _same(field.typed) != _same(field.value):
            read[field.name] = _read(field)
    return read


def _kind(  # noqa: PLR0911  # one for each kind
    name: str, value: object, counts: str, arguments: Mapping[str, Any]
) -> tuple[Kind, str]:
    match value:
        case bool():
            return "yes_no", ""
        case int() if name == counts and arguments.get("currency") in DIGITS:
            return "money", str(arguments["currency"])
        case int():
            return "whole", ""
        case float():
            return "number", ""
        case str():
            return ("long" if len(value) > _LONG or "\n" in value else "text"), ""
        case list() if value and all(isinstance(part, str) for part in cast("list[object]", value)):
            return "lines", ""
        case _:
            return "json", ""


def _written(value: Any, kind: Kind, unit: str) -> str:
    match kind:
        case "yes_no":
            return "yes" if value else "no"
        case "money":
            return f"{Decimal(value).scaleb(-DIGITS[unit]):f}"
        case "lines":
            return "\n".join(value)
        case "json":
            return json.dumps(value, ensure_ascii=False, indent=2)
        case _:
            return str(value)


def _read(field: Field) -> Any:  # noqa: PLR0911  # one for each kind
    text = _same(field.typed)
    try:
        match field.kind:
            case "yes_no":
                return {"yes": True, "no": False}[text]
            case "money":
                return minor_units(text.strip(), field.unit)
            case "whole":
                return int(text)
            case "number":
                return float(text)
            case "lines":
                return [line.strip() for line in text.split("\n") if line.strip()]
            case "json":
                return read_json(text.encode())
            case _:
                return text
    except (ValueError, KeyError, InputInvalid) as error:
        advice = str(error) if field.kind == "money" else f"it takes {_TAKES[field.kind]}"
        raise InputInvalid(f"`{field.name}` cannot be `{text[:100]}`: {advice}") from None


_TAKES: Final[Mapping[str, str]] = {
    "yes_no": "yes or no",
    "whole": "a whole number",
    "number": "a number",
    "json": "JSON",
}


def _same(text: str) -> str:
    """Give a text as it was before a browser wrote its line ends."""
    return text.replace("\r\n", "\n")


def _pieces(before: str, after: str) -> Iterator[tuple[str, str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(_same(after))
    for tag, start, end, begin, stop in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "kept", "".join(old[start:end])
        if tag in {"delete", "replace"}:
            yield "removed", "".join(old[start:end])
        if tag in {"insert", "replace"}:
            yield "added", "".join(new[begin:stop])
