"""Faults on demand: the next so many times an operation is asked, something goes wrong. They work across processes."""

from dataclasses import dataclass
from enum import StrEnum

from remit.store.database import Database

LOOK_UP = "look_up"
"""The name under which the look-up of a system fails, whatever operation is looked up."""

ANYTHING = "*"
"""The name under which whatever a system is asked fails."""


class FaultKind(StrEnum):
    """How it goes wrong. After all but `busy`, whoever asked cannot tell whether it happened."""

    TIMEOUT = "timeout"
    """it is done, and then no answer comes for so many seconds, and none after"""
    LATE = "late"
    """nothing happens for so many seconds; then it is done and answered, if anybody still listens"""
    BUSY = "busy"
    """the system says: later, after so many seconds; it is not done"""
    ERROR_BEFORE = "error_before"
    """the system breaks before it is done"""
    ERROR_AFTER = "error_after"
    """it is done, and then the system breaks instead of answering"""
    DROP = "drop"
    """the connection closes; it is not done"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong now."""

    kind: FaultKind
    seconds: float


async def plan_fault(database: Database, system: str, operation: str, fault: Fault, times: int) -> None:
    """Let an operation go wrong the next so many times."""
    await database.execute("plan_practice_fault", system, operation, fault.kind.value, times, fault.seconds)


async def take_fault(database: Database, system: str, operation: str) -> Fault | None:
    """Use up one planned fault; of several processes each takes another."""
    row = await database.fetch_row("take_practice_fault", system, operation.rpartition(".")[2])
    return Fault(kind=FaultKind(row["kind"]), seconds=row["seconds"]) if row else None
