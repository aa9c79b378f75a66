"""An action: one write a worker wants done; and its receipt: what came of it.

intended ──▶ performing ──▶ performed
    │             ├──▶ failed     the system said no: nothing happened
    │             └──▶ unknown    it may have happened: a person looks, never a second try
    ├──▶ waiting ──▶ performing   a review was asked, and answered
    │       └──▶ rejected         … with no, or not in time
    └──▶ forbidden                no rule permits it
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit.canonical import digest_of


class Concern(StrEnum):
    """What a worker noticed about a case that a person should hear of, whatever the amount."""

    ANGRY = "angry"
    """somebody is angry"""
    LEGAL = "legal"
    """a lawyer, a court or a claim is mentioned"""
    BILLING_DISPUTE = "billing_dispute"
    """somebody disputes what they are charged"""
    SENSITIVE = "sensitive"
    """grief, illness, harm: something that hurts"""
    UNUSUAL = "unusual"
    """nothing like it is known"""


class ActionState(StrEnum):
    """How far an action has come."""

    PERFORMING = "performing"
    """decided and recorded; the system is being asked, or was when the process died"""
    WAITING = "waiting"
    """a person is asked first"""
    PERFORMED = "performed"
    """done, once"""
    FAILED = "failed"
    """the system said no; nothing happened"""
    UNKNOWN = "unknown"
    """it may have happened; a person looks"""
    FORBIDDEN = "forbidden"
    """no rule permits it; nothing happened"""
    REJECTED = "rejected"
    """a person said no, or nobody answered in time; nothing happened"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One write a worker wants done, with all a rule or a reviewer needs to judge it."""

    run: UUID
    step: int
    worker: str
    operation: str
    """`system.verb_noun`"""
    arguments: dict[str, Any]
    purpose: str = ""
    """why, in one sentence a reviewer reads first"""
    amount: int | None = None
    """money moved or committed, in minor units of the currency; None when no money is"""
    currency: str = ""
    """ISO 4217 code"""
    confidence: int = 1000
    """how sure the worker is, 0..1000"""
    tier: str = ""
    """the customer's tier, empty when no customer is concerned"""
    category: str = ""
    """what kind of case it is, as the connected system calls it; empty when it has none"""
    concerns: frozenset[str] = frozenset()
    """what a person should hear of, each a word of `Concern`"""
    about: str = ""
    """what it is about, `kind:id`, as in `account:A-17`: what the ledger is searched by"""
    evidence: tuple[dict[str, Any], ...] = field(default=())
    """what the proposal rests on: each with a `title` and figures, shown to the reviewer"""
    proposed: str = ""
    """digest of the arguments as the playbook asked for them; a reviewer may have edited `arguments` since"""
    unproven: Mapping[str, str] = field(default_factory=dict[str, str])
    """the arguments saying where it goes, or how much, that have no trusted origin, with what is known of theirs; the
    gateway finds them in the rows of the run, whatever was said here"""

    @property
    def key(self) -> str:
        """The key that makes a repeat recognisable to the system: run and step."""
        return f"{self.run}:{self.step}"

    @property
    def digest(self) -> str:
        """What an approval is bound to, besides the charter version: the exact operation and arguments."""
        return digest_of({"operation": self.operation, "arguments": self.arguments})

    def as_json(self) -> dict[str, Any]:
        """The action as the ledger and the reviewer see it."""
        return {
            "operation": self.operation,
            "arguments": self.arguments,
            "purpose": self.purpose,
            "amount": self.amount,
            "currency": self.currency,
            "confidence": self.confidence,
            "tier": self.tier,
            "category": self.category,
            "concerns": sorted(self.concerns),
            "about": self.about,
            "unproven": dict(self.unproven),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of an action."""

    key: str
    state: ActionState
    operation: str
    arguments: dict[str, Any]
    """as performed: a reviewer may have edited them"""
    result: dict[str, Any] = field(default_factory=dict[str, Any])
    """what the system answered"""
    reason: str = ""
    """why it was not performed, as a sentence"""

    @property
    def was_performed(self) -> bool:
        """Whether it took effect."""
        return self.state is ActionState.PERFORMED

    def as_json(self) -> dict[str, Any]:
        """The receipt as a recorded step holds it."""
        return {
            "key": self.key,
            "state": self.state.value,
            "operation": self.operation,
            "arguments": self.arguments,
            "result": self.result,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Receipt":
        """Read a receipt back from its recorded step."""
        fields: dict[str, Any] = {**value, "state": ActionState(value["state"])}
        return cls(**fields)
