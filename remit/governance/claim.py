"""A claim: the right of one process to write for a run, and what it has to write.

Every commit for a run checks the fence of the claim. A process that was frozen and came back finds a higher fence,
and its commit fails as a whole.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

import orjson

from remit.canonical import canonical, digest_of
from remit.connections.vault import Secret
from remit.errors import FenceLost, InputInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a playbook asked of its context, and what it got: replayed, never asked again."""

    number: int
    kind: str
    """read, judge, act, hand_over or wait"""
    name: str
    asked: Any
    """what was asked, as JSON; a document stands as its digest"""
    result: Any
    begun_at: datetime | None = None
    """when it was asked; None of a step that its own rows tell of, and of one recorded before this was noted"""
    ended_at: datetime | None = None
    """when the answer was there; it is committed later"""

    def as_json(self) -> dict[str, Any]:
        """The step as the ledger holds it: the answer as its digest."""
        return {
            "number": self.number,
            "kind": self.kind,
            "name": self.name,
            "asked": self.asked,
            "answer": digest_of(self.result),
        }

    def as_row(self) -> dict[str, Any]:
        """The step as its row holds it, besides number and kind."""
        times = {name: moment.isoformat() for name in ("begun_at", "ended_at") if (moment := getattr(self, name))}
        return {"name": self.name, "asked": self.asked, "result": self.result, **times}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to write for a run."""

    run: UUID
    fence: int
    trace_id: str
    requested_by: str
    """the person whose signal began the run, empty when a system did"""
    trigger: str
    """what began the run, as a sentence"""
    tries: int = 0
    """how often in a row the run waited for a system"""
    steps: tuple[Step, ...] = ()
    """recorded since the last commit, and committed with the next"""
    token: Secret | None = field(default=None, repr=False)
    """what the gateway is shown of the worker's identity; never kept"""

    @property
    def columns(self) -> tuple[object, ...]:
        """The five arguments that every statement writing for a run begins with."""
        return (
            self.run,
            self.fence,
            [step.number for step in self.steps],
            [step.kind for step in self.steps],
            [step.as_row() for step in self.steps],
        )

    def held(self, *, kept: object) -> None:
        """Make sure that the statement found the run with this fence.

        Raises:
            FenceLost: Another process claimed the run; nothing of this commit may stay.
        """
        if not kept:
            raise FenceLost(f"run `{self.run}` belongs to another process now")


def as_kept(value: object) -> Any:
    """Give a value as the record gives it back, so that nobody can tell a replay from the first time.

    Raises:
        InputInvalid: It cannot be kept: it is not JSON, or holds a NUL character.
    """
    try:
        return _as_jsonb(orjson.loads(canonical(value)))
    except (TypeError, orjson.JSONDecodeError) as error:
        raise InputInvalid(f"this cannot be kept as JSON: {error}. Give texts, numbers, lists and objects") from error


_INTEGERS_FROM: Final = 1e16  # from here on a float is written with an exponent, and jsonb keeps no exponents


def _as_jsonb(value: object) -> object:
    """Order keys and write numbers as PostgreSQL does: https://www.postgresql.org/docs/current/datatype-json.html."""
    match value:
        case dict():
            items = cast("dict[str, object]", value).items()
            return {_text(key): _as_jsonb(part) for key, part in sorted(items, key=lambda item: _key_order(item[0]))}
        case list():
            return [_as_jsonb(part) for part in cast("list[object]", value)]
        case str():
            return _text(value)
        case float():
            exact = abs(value) >= _INTEGERS_FROM
            return orjson.loads(str(int(Decimal(repr(value))))) if exact else value + 0.0  # there is no -0.0
        case _:
            return value


def _key_order(key: str) -> tuple[int, bytes]:
    written = key.encode()
    return len(written), written


def _text(text: str) -> str:
    if "\x00" in text:
        raise InputInvalid("this cannot be kept: it holds a NUL character. Remove it")
    return text
