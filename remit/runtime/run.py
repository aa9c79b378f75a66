"""A run: one worker's work on one signal.

open ──▶ running ──▶ done         the playbook came to its end
 ▲         │  ├────▶ exception    a person has to go on: something is missing, failed or forbidden
 │         │  └────▶ stopped      there is nothing to do, or a person said no
 └─ waiting ◀┘                    for a review, a halt, a system or a time: one row, nothing else
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit.connections.action import ActionState, Receipt
from remit.governance.claim import Claim, Step
from remit.runtime.signal import Signal
from remit.store.database import Row


class RunState(StrEnum):
    """How far a run has come."""

    OPEN = "open"
    """some process will take it up"""
    RUNNING = "running"
    """a process works on it, or did when it died"""
    WAITING = "waiting"
    """for a review, a halt, a system or a time"""
    DONE = "done"
    """the playbook came to its end"""
    EXCEPTION = "exception"
    """a person has to go on"""
    STOPPED = "stopped"
    """there was nothing to do, or a person said no"""


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done."""

    summary: str
    """what was done, in one sentence"""


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person has to go on: data is missing or ambiguous, or something could not be done. Nothing is guessed."""

    reason: str
    """why, in one sentence with the figures"""
    missing: tuple[str, ...] = ()
    """what would be needed"""


@dataclass(frozen=True, slots=True)
class Stop:
    """There is nothing to do."""

    reason: str
    """why, in one sentence"""


Outcome = Done | Escalate | Stop
"""How a playbook ends."""


class Leave(BaseException):  # not an error: the way out of a playbook, through code that catches Exception
    """Leaves a playbook from inside one of its calls.

    The one exception of the house that is none: it carries the outcome, or None when the run waits; or the error that
    the step met, so that no playbook catches it.
    """

    def __init__(self, outcome: Outcome | None = None, *, error: Exception | None = None) -> None:
        super().__init__()
        self.outcome = outcome
        self.error = error


def left_by(receipt: Receipt) -> Leave:
    """Give the way out of a playbook whose write did not take effect."""
    match receipt.state:
        case ActionState.WAITING:
            return Leave()
        case ActionState.REJECTED:
            return Leave(Stop(receipt.reason))
        case _:
            return Leave(Escalate(f"`{receipt.operation}` was not done: {receipt.reason}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A run as the process found it that claimed it."""

    id: UUID
    worker: str
    version: str
    """the playbook and charter it began with"""
    fence: int
    attempts: int
    """how often it was claimed without coming any further, this time included"""
    tries: int
    trace_id: str
    handoff: UUID | None
    signal: Signal
    steps: dict[int, Step]
    """recorded before, by number"""
    reverses: str = ""
    """the key of the action it takes back, empty when it does the worker's own work"""
    earlier_in_trace: int = 0
    """how many runs of the same worker the same story opened before"""

    def claim(self, *steps: Step) -> Claim:
        """The right to write for this run, with the steps to be committed next."""
        return Claim(
            run=self.id,
            fence=self.fence,
            trace_id=self.trace_id,
            requested_by=self.signal.requested_by,
            trigger=self.signal.in_words,
            tries=self.tries,
            steps=steps,
        )


def read_claimed(row: Row) -> Claimed:
    """Read a claimed run from its row."""
    signal: dict[str, Any] = {**row["signal_row"], "id": UUID(row["signal_row"]["id"]), "time": row["occurred_at"]}
    return Claimed(
        id=row["id"],
        worker=row["worker"],
        version=row["version"],
        fence=row["fence"],
        attempts=row["attempts"],
        tries=row["tries"],
        trace_id=row["trace_id"],
        handoff=row["handoff"],
        reverses=row["reverses"],
        earlier_in_trace=row["earlier_in_trace"],
        signal=Signal(**signal),
        steps={step["number"]: Step(**step) for step in row["steps"]},
    )
