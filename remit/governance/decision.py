"""A decision: what the rules say to one action, and which rules spoke; and the facts they were asked with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from remit.charters.charter import Stage


class Verdict(StrEnum):
    """What may happen. Forbid beats review beats permit."""

    PERMIT = "permit"
    """it may take effect now"""
    REVIEW = "review"
    """a person is asked first"""
    FORBID = "forbid"
    """it does not happen"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All a decision rests on besides the action, gathered in the transaction that records it."""

    stage: Stage
    """how far the worker is trusted with this action type"""
    halts: tuple[str, ...] = ()
    """the halts in force over the worker, by scope"""
    vacant_seats: tuple[str, ...] = ()
    """the seats of this action type that no active person holds"""
    approvals: frozenset[str] = frozenset()
    """the roles whose approval of exactly this action is held"""
    approvers: int = 0
    """how many different people gave them"""
    performed_today: int = 0
    """how often the worker used this operation today, this one not counted"""
    over_budget: tuple[str, ...] = ()
    """the budgets this action would exceed: `money`, `actions`"""
    over_limits: tuple[str, ...] = ()
    """the limits of the charter it would pass: recipients, records of a run, money a day of an operation"""
    is_counted: bool = True
    """False when it moves money that a budget of money cannot count"""
    is_reversal: bool = False
    """whether it takes back what the worker did, because a person asked for it"""
    bypassed: Mapping[str, str] = field(default_factory=dict[str, str])
    """the review rules two people agreed to bypass for now, by id or `*` for all that may be, each with who they are"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict on one action."""

    verdict: Verdict
    rules: tuple[str, ...]
    """the ids of the rules that spoke, in a fixed order"""
    reasons: tuple[str, ...]
    """what each of them says, as a sentence"""
    roles: tuple[str, ...] = ()
    """for a review: the roles still asked"""
    approvals: int = 0
    """for a review: by how many different people altogether"""
    errors: tuple[str, ...] = ()
    """rules that could not be evaluated; any error means it is not permitted"""
    policy_digest: str = ""
    """the version of the rules asked"""
    asked: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """what the rules were asked with, besides worker and operation: enough to decide again"""

    def as_json(self) -> dict[str, Any]:
        """What the ledger and the reviewer see."""
        return {
            "verdict": self.verdict.value,
            "rules": list(self.rules),
            "reasons": list(self.reasons),
            "roles": list(self.roles),
            "approvals": self.approvals,
            "errors": list(self.errors),
            "policy": self.policy_digest,
            "asked": dict(self.asked),
        }
