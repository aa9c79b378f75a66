"""Where the values come from that decide where something goes, or how much: from what the house trusts, or not.

Trusted is what the charter and the playbook say, the organisation's own records, what a person put in, and the fields
of a signal that are declared its own. A value counts only as a whole: what is put together from trusted pieces is found
nowhere, and so is of unknown origin. Which of several trusted values is chosen, an outsider may still have steered.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, cast

from remit.charters.trigger import read_field
from remit.connections.action import Action
from remit.connections.operation import Operation
from remit.governance.claim import Step
from remit.money import DIGITS, minor_units

NOWHERE: Final = "nothing on record holds it: it was put together, or made up"

_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_LEAST: Final = 4  # characters a value has to have to be looked for inside a longer text
_COMPOSES: Final = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What one run has met before an action, from its rows."""

    steps: tuple[Step, ...]
    """everything recorded, in order"""
    signal: str
    """the type of the signal"""
    data: dict[str, Any]
    """what the signal said"""
    own: tuple[str, ...]
    """which fields of it are the organisation's own or a person's, as paths with dots; an empty path is all of it"""
    said: tuple[Any, ...]
    """what charter and playbook say, and what reviewers put in"""
    reads: frozenset[str]
    """the reads whose answers are the organisation's own records"""


def unproven(operation: Operation, action: Action, material: Material) -> dict[str, str]:
    """Tell which arguments deciding where it goes, or how much, have no trusted origin; and what is known of theirs."""
    arguments = action.arguments
    given = {name: arguments[name] for name in (*operation.sinks, operation.amount) if arguments.get(name) is not None}
    if not given:
        return {}
    known = trusted(material)
    doubtful = {
        name: value
        for name, value in given.items()
        if not known.proves(value, action, is_amount=name == operation.amount)
    }
    return {name: _whence(value, material) for name, value in sorted(doubtful.items())}


def proven_fields(values: Mapping[str, Any], material: Material) -> list[str]:
    """Tell which of these values are trusted whole: they stay so when the work is handed over."""
    known = trusted(material)
    return sorted(name for name, value in values.items() if known.holds(value))


# ── what is trusted ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Known:
    """The values on which a run may rest, each whole and in one way of writing."""

    texts: set[str] = field(default_factory=set[str])
    amounts: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """in minor units; the currency is that of the record it stands in, empty when none stands there"""

    def take(self, value: Any, written: "Iterable[_Written]" = ()) -> None:
        """Take over every value in something trusted, but not what this run wrote there itself."""
        for leaf, currency in _leaves(value, tuple(written)):
            self.texts.add(_plain(leaf))
            if (amount := _amount(leaf, currency)) is not None:
                self.amounts.add((amount, currency))

    def holds(self, value: Any) -> bool:
        """Tell whether every value in something is trusted."""
        return all(_plain(leaf) in self.texts for leaf, _ in _leaves(value))

    def proves(self, value: Any, action: Action, *, is_amount: bool) -> bool:
        """Tell whether an argument is trusted; an amount only together with its currency."""
        if not is_amount:
            return self.holds(value)
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        is_said = (value, "") in self.amounts and _plain(action.currency) in self.texts
        return is_said or (value, action.currency) in self.amounts


@dataclass(frozen=True, slots=True)
class _Written:
    """What a write of this run put somewhere without being trusted: reading it back makes it no better."""

    marks: frozenset[str]
    """what tells the record it was written into, as the system answered; empty when it did not say"""
    values: frozenset[str]


def trusted(material: Material) -> Known:
    """Gather what is trusted, step by step: a judgement is worth what its question was made of."""
    known, written = Known(), list[_Written]()
    for value in (*material.said, *(_field(material.data, path) for path in material.own)):
        known.take(value)
    for step in material.steps:
        match step.kind:
            case "read" if step.name in material.reads:
                known.take(step.result, written)
            case "judge" if step.name != _COMPOSES and known.holds(step.asked):
                known.take(step.result)
            case "act" if isinstance(step.result, dict):
                written.append(_as_written(cast("dict[str, Any]", step.result), known))
            case _:
                pass
    return known


def _as_written(receipt: dict[str, Any], known: Known) -> _Written:
    values = frozenset(_plain(leaf) for leaf, _ in _leaves(receipt.get("arguments"))) - known.texts
    marks = frozenset(_plain(leaf) for leaf, _ in _leaves(receipt.get("result")) if isinstance(leaf, str))
    return _Written(marks=marks - values, values=values)


def _field(data: dict[str, Any], path: str) -> Any:
    return read_field(data, path) if path else data


@lru_cache(maxsize=256)
def constants_of(playbook: str) -> tuple[str | int, ...]:
    """Give the texts and whole numbers that stand in a playbook's code."""
    nodes = ast.walk(ast.parse(playbook))
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return tuple(value for value in values if isinstance(value, str | int) and not isinstance(value, bool))


# ── how values are found and compared ──────────────────────────────────────────────────────────────────────────────


def _leaves(value: Any, written: tuple[_Written, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Give every single value in JSON, names included, with the currency of the record it stands in.

    Without recursion: an outsider chooses how deep it is.
    """
    nodes: list[tuple[Any, str, frozenset[str]]] = [(value, "", frozenset())]
    while nodes:
        node, currency, tainted = nodes.pop()
        match node:
            case dict():
                record = cast("dict[str, Any]", node)
                currency = str(record.get("currency") or currency)
                tainted |= _tainted(record, written)
                nodes.extend((name, "", tainted) for name in record)
                nodes.extend((part, currency, tainted) for part in record.values())
            case list() | tuple():
                nodes.extend((part, currency, tainted) for part in cast("list[Any]", node))
            case None:
                pass
            case _ if _plain(node) not in tainted:
                yield node, currency
            case _:
                pass


def _tainted(record: dict[str, Any], written: tuple[_Written, ...]) -> frozenset[str]:
    if not written:
        return frozenset()
    beside = {_plain(part) for part in record.values() if isinstance(part, str)}
    return frozenset[str]().union(*(one.values for one in written if not one.marks or one.marks & beside))


def _plain(value: object) -> str:
    """Write a value in one way. Nothing is forgiven but what no system minds: a look-alike is another value."""
    if isinstance(value, bool):
        return f"is {value}"
    text = str(value).strip(" \t\r\n")
    account = text.replace(" ", "").upper()
    if _IBAN.fullmatch(account):
        return account
    return text.lower() if "@" in text and text.isascii() else text


def _amount(leaf: object, currency: str) -> int | None:
    """Read a value as money: a whole number is in minor units, a text is as people write it."""
    match leaf:
        case bool():
            return None
        case int():
            return leaf
        case str() if currency in DIGITS and leaf[:1].isdigit():
            try:
                return minor_units(leaf, currency)
            except ValueError:
                return None
        case _:
            return None


# ── where the rest comes from ──────────────────────────────────────────────────────────────────────────────────────


def _whence(value: Any, material: Material) -> str:
    """Say where a value stands that no trusted place holds, as a reviewer is told."""
    wanted = [_plain(leaf) for leaf, _ in _leaves(value)]
    if "" not in material.own and any(_stands_in(one, material.data) for one in wanted):
        return f"it stands in the signal `{material.signal}`, in a field that outsiders may have written"
    theirs = (step for step in material.steps if step.kind in {"read", "judge"} and step.name not in material.reads)
    for step in theirs:
        if any(_stands_in(one, step.result) for one in wanted):
            who = "an answer that outsiders write into" if step.kind == "read" else "a judgement on what they wrote"
            return f"it stands in what `{step.name}` gave at step {step.number}, {who}"
    return NOWHERE


def _stands_in(wanted: str, value: Any) -> bool:
    return any(
        wanted == _plain(leaf) or (isinstance(leaf, str) and len(wanted) >= _LEAST and wanted in _joined(leaf))
        for leaf, _ in _leaves(value)
    )


def _joined(text: str) -> str:
    return f"{text}\n{text.replace(' ', '').upper()}\n{text.lower()}"
