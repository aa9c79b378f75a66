"""What the conformance suite is run against: a system, one write of it, and ways to see and to disturb it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from remit.connections.connector import Connector
from remit.errors import OutcomeUnknown, SystemBusy, SystemFailed


class Fault(StrEnum):
    """What goes wrong with a request, and whether the system does as asked nevertheless."""

    TIMEOUT = "timeout"
    """it is done, and the answer never comes"""
    BUSY = "busy"
    """nothing is done: 429 with Retry-After"""
    ERROR_BEFORE = "error_before"
    """nothing is done: 500"""
    ERROR_AFTER = "error_after"
    """it is done: 500"""
    DROP = "drop"
    """nothing is done: the connection closes without an answer"""


ERROR: dict[Fault, type[SystemFailed]] = {
    Fault.TIMEOUT: OutcomeUnknown,
    Fault.BUSY: SystemBusy,
    Fault.ERROR_BEFORE: OutcomeUnknown,
    Fault.ERROR_AFTER: OutcomeUnknown,
    Fault.DROP: OutcomeUnknown,
}
"""What a write raises; a connector cannot tell an error before the effect from one after it."""

EFFECTS = {Fault.TIMEOUT: 1, Fault.BUSY: 0, Fault.ERROR_BEFORE: 0, Fault.ERROR_AFTER: 1, Fault.DROP: 0}
"""How many effects one faulty write has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One system under test, one write of it, and how to see and disturb what it does."""

    make: Callable[[], Connector]
    """a new connector to the same system, as after a restart of the process"""
    write: str
    """a writing operation, by full name"""
    arguments: dict[str, Any]
    """what it takes"""
    effects: Callable[[], Awaitable[int]]
    """how many effects the system itself has recorded, whatever the connector says"""
    others: dict[str, Any] | None = None
    """arguments of a second, different write; None when the same may be done twice under different keys"""
    fail: Callable[[Fault, int], Awaitable[None]] | None = None
    """make the next so many requests go wrong; None when the system cannot be disturbed"""
    faults: Sequence[Fault] = tuple(Fault)
    """the faults `fail` knows"""
    agrees: Callable[[Connector, dict[str, Any]], Awaitable[bool]] | None = None
    """whether the system, read through the connector, holds what a write answered"""
    read: tuple[str, dict[str, Any]] | None = None
    """a reading operation that has an answer, with its arguments"""
    text: str = ""
    """the argument of the write that takes any text; empty when none does"""
