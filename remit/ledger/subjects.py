"""What an entry concerns, besides what it is about: what it can be searched by.

An action about an invoice may name its account and its order; an answer names the person who gave it. Each is written
`kind:id`, as in `invoice:INV-70001` or `person:ann`. Nothing is taken from a sealed body but the people who acted.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, cast

NOUNS: Final = frozenset(
    {
        "account",
        "alert",
        "asset",
        "campaign",
        "candidate",
        "case",
        "contact",
        "contract",
        "customer",
        "employee",
        "incident",
        "invoice",
        "lead",
        "opportunity",
        "order",
        "purchase_order",
        "requisition",
        "subscription",
        "supplier",
        "task",
        "ticket",
        "user",
        "vendor",
    }
)
"""The fields whose value names what an entry concerns."""

LONGEST: Final = 500  # characters of a subject that is kept to be searched by

_PEOPLE: Final = ("person", "requested_by", "by", "owner", "failure_owner")
_MOST: Final = 64  # subjects of one entry
_MOST_OF_LIST: Final = 20  # subjects out of one list
_ID = re.compile(r"[^\s@\x00-\x1f\x7f]{1,100}")  # a number or a name of a record, never a text or a mail address


def subjects_of(about: str, body: Mapping[str, Any], *, is_sealed: bool = False) -> tuple[str, ...]:
    """Name what an entry concerns, each once.

    Args:
        about: What it is about.
        body: What it says.
        is_sealed: Whether its body is sealed, so that nothing of it may stand beside it in the clear.
    """
    named = dict.fromkeys([about] if 0 < len(about) <= LONGEST else [])
    named |= dict.fromkeys(islice(_acting(body), _MOST))
    if not is_sealed:
        named |= dict.fromkeys(islice(_concerned(body), _MOST))
    return tuple(named)


def _acting(body: Mapping[str, Any]) -> Iterator[str]:
    for field in _PEOPLE:
        yield from _named("person", body.get(field))
    scope = body.get("scope")
    if isinstance(scope, str) and ":" in scope and _ID.fullmatch(scope):
        yield scope


def _concerned(body: Mapping[str, Any]) -> Iterator[str]:
    for part in _parts(body):
        for field in part.keys() & NOUNS:
            yield from _named(field, part[field])


def _parts(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the objects of a body whose fields name what was asked, told, handed over or answered."""
    steps = body.get("steps")
    asked = [_object(step).get("asked") for step in cast("list[Any]", steps)] if isinstance(steps, list) else []
    action = _object(body.get("action"))
    for part in (action.get("arguments"), body.get("result"), body.get("data"), body.get("context"), *asked):
        yield _object(part)
        yield _object(_object(part).get("arguments"))


def _object(value: object) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _named(kind: str, value: object) -> Iterator[str]:
    values = cast("list[Any]", value)[:_MOST_OF_LIST] if isinstance(value, list) else [value]
    for each in values:
        if isinstance(each, str | int) and not isinstance(each, bool) and _ID.fullmatch(str(each)):
            yield f"{kind}:{each}"
