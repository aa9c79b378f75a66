"""A deed: an operation of a practice system, the arguments it takes, and what it does."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, cast

from remit.canonical import canonical
from remit.connections.operation import Operation
from remit.errors import SystemRefused
from remit.practice.records import Records

Arguments = dict[str, Any]


class Shape(StrEnum):
    """What an argument has to be."""

    TEXT = "a text that is not empty"
    NUMBER = "a whole number"
    AMOUNT = "a whole number of minor units, not negative"
    DAY = "a day, as in `2026-03-31`"
    CURRENCY = "three capital letters, as in `EUR`"
    MAIL = "one mail address"
    TEXTS = "a list of texts"
    OBJECT = "an object"
    OBJECTS = "a list of objects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing a practice system does when asked."""

    operation: Operation
    does: Callable[[Records, Arguments], Awaitable[Any]]
    takes: Mapping[str, Shape] = field(default_factory=dict[str, Shape])

    def check(self, arguments: Arguments) -> Arguments:
        """Make sure that the arguments make sense; give those that say something.

        Raises:
            SystemRefused: One is missing, unknown, or not what it has to be.
        """
        if not is_storable(arguments):
            raise SystemRefused(f"`{self.operation.name}` was given something JSON cannot hold. Give plain values")
        given = {name: value for name, value in arguments.items() if value is not None}
        for name in self.operation.required:
            if name not in given:
                raise SystemRefused(f"`{self.operation.name}` needs `{name}`. Give {self.takes[name]}")
        for name, value in given.items():
            self._check_one(name, value)
        return given

    def _check_one(self, name: str, value: object) -> None:
        if name not in self.takes:
            known = ", ".join(self.takes) or "nothing"
            raise SystemRefused(f"`{self.operation.name}` takes no `{name[:80]}`. It takes {known}")
        if not _fits(self.takes[name], value):
            raise SystemRefused(f"`{name}` of `{self.operation.name}` has to be {self.takes[name]}")


def is_storable(value: object) -> bool:
    """Tell whether a value can be written as JSON and kept by PostgreSQL, which knows no NUL character."""
    try:
        canonical(value)
    except TypeError:
        return False
    return not _holds_nul(value)


def _holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(_holds_nul(part) for pair in cast("dict[object, object]", value).items() for part in pair)
        case list() | tuple():
            return any(_holds_nul(part) for part in cast("list[object]", value))
        case _:
            return False


_MOST = 10**15  # minor units: beyond this no amount is real


def _fits(shape: Shape, value: object) -> bool:
    match value:
        case bool():
            return False
        case int():
            lowest = {Shape.NUMBER: -_MOST, Shape.AMOUNT: 0}.get(shape)
            return lowest is not None and lowest <= value <= _MOST
        case str():
            return _reads_as(shape, value)
        case list():
            item = {Shape.TEXTS: Shape.TEXT, Shape.OBJECTS: Shape.OBJECT}.get(shape)
            return item is not None and all(_fits(item, one) for one in cast("list[object]", value))
        case _:
            return shape is Shape.OBJECT and isinstance(value, dict)


def _reads_as(shape: Shape, text: str) -> bool:
    match shape:
        case Shape.TEXT:
            return bool(text.strip())
        case Shape.CURRENCY:
            return re.fullmatch(r"[A-Z]{3}", text) is not None
        case Shape.MAIL:
            return re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", text) is not None
        case Shape.DAY:
            return _is_day(text)
        case _:
            return False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
