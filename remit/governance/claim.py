"""A claim: the right of one process to write for a run, and what it has to write.

Every commit for a run checks the fence of the claim. A process that was frozen and came back finds a higher fence,
and its commit fails as a whole.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from remit.canonical import digest_of
from remit.errors import FenceLost


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

    def as_json(self) -> dict[str, Any]:
        """The step as the ledger holds it: the answer as its digest."""
        return {
            "number": self.number,
            "kind": self.kind,
            "name": self.name,
            "asked": self.asked,
            "answer": digest_of(self.result),
        }


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

    @property
    def columns(self) -> tuple[object, ...]:
        """The five arguments that every statement writing for a run begins with."""
        return (
            self.run,
            self.fence,
            [step.number for step in self.steps],
            [step.kind for step in self.steps],
            [{"name": step.name, "asked": step.asked, "result": step.result} for step in self.steps],
        )

    def held(self, *, kept: object) -> None:
        """Make sure that the statement found the run with this fence.

        Raises:
            FenceLost: Another process claimed the run; nothing of this commit may stay.
        """
        if not kept:
            raise FenceLost(f"run `{self.run}` belongs to another process now")
