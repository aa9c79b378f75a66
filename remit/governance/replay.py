"""Decides again what was decided, under the rules as they are and as they would be; pure functions over records.

What a decision was asked with stands in it. Two things are not taken from there: the stage is that of the world it is
asked in, and no approval is held yet, as when the worker first asked. Facts gathered then are facts now: a budget or a
seat that a charter changes shows only in what is decided from then on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.canonical import digest_of
from remit.charters.charter import Charter
from remit.connections.operation import Operation
from remit.governance.decision import Decision
from remit.governance.house import HouseRules
from remit.governance.policy import HARMLESS, Policy

_SHOWN = 200  # rows of a table that people read; the counts are of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One decision as it was recorded."""

    key: str
    """run and step"""
    worker: str
    operation: str
    asked: Mapping[str, Any]
    """what the rules were asked with; empty when it was recorded without"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that decides: rules, charters and stages at one moment."""

    policies: Mapping[str, Policy]
    """by worker"""
    stages: Mapping[tuple[str, str], str]
    """by worker and operation, where another was set than the charter's"""

    @classmethod
    def build(
        cls,
        rules: HouseRules,
        charters: Iterable[Charter],
        operations: Mapping[str, Operation],
        stages: Mapping[tuple[str, str], str],
    ) -> "World":
        """Compile the rules of every worker.

        Raises:
            PolicyInvalid: A charter or a house rule means nothing.
        """
        policies = {charter.name: Policy.build(charter, operations, rules) for charter in charters}
        return cls(policies=policies, stages=stages)

    def stage_of(self, worker: str, operation: str) -> str:
        """Tell how far a worker is trusted with an operation; empty when it is not granted."""
        policy = self.policies.get(worker)
        grant = policy.charter.grant(operation) if policy else None
        return self.stages.get((worker, operation)) or (grant.stage if grant else "")

    def decide(self, recorded: Recorded) -> Decision | None:
        """Decide what was decided; None when the worker is not in this world."""
        policy = self.policies.get(recorded.worker)
        if policy is None:
            return None
        stage = self.stage_of(recorded.worker, recorded.operation)
        # A fact that rules ask for since was not known then: it stands as in a harmless action.
        asked: dict[str, Any] = {**HARMLESS, **recorded.asked, "approvals": [], "approvers": 0}
        if stage:
            asked["stage"] = {"type": "Stage", "id": stage}
        return policy.decide_asked(recorded.worker, recorded.operation, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A decision that comes out differently."""

    key: str
    worker: str
    operation: str
    before: str
    """the verdict, and whom it asks"""
    after: str
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]
    reasons: tuple[str, ...]
    """what the rules that speak then say"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What would have come out differently."""

    decided: int
    """how many decisions were made again"""
    skipped: int
    """how many could not be, for want of what they were asked with"""
    counts: Mapping[str, int]
    """how many come out how, as in `permit → review`"""
    differences: tuple[Difference, ...]
    """the newest of them"""

    def as_json(self) -> dict[str, Any]:
        """What whoever approves reads."""
        return {
            "decided": self.decided,
            "skipped": self.skipped,
            "counts": dict(self.counts),
            "differences": [_difference_as_json(each) for each in self.differences],
        }

    @property
    def digest(self) -> str:
        """The version of exactly this table."""
        return digest_of(self.as_json())


def replay(records: Sequence[Recorded], before: World, after: World) -> Replay:
    """Decide each record in both worlds and tell where they differ, in the order of the records."""
    usable = [recorded for recorded in records if recorded.asked]
    pairs = [(recorded, before.decide(recorded), after.decide(recorded)) for recorded in usable]
    differing = [_difference(*pair) for pair in pairs if _outcome(pair[1]) != _outcome(pair[2])]
    counts = Counter(f"{_verdict(old)} → {_verdict(new)}" for _, old, new in pairs)
    return Replay(
        decided=len(usable),
        skipped=len(records) - len(usable),
        counts=dict(sorted(counts.items())),
        differences=tuple(differing[:_SHOWN]),
    )


def _verdict(decision: Decision | None) -> str:
    return decision.verdict.value if decision else "nobody"


def _outcome(decision: Decision | None) -> str:
    """Write what comes of it for people: which rule said so matters only for why."""
    if decision is None or not decision.roles:
        return _verdict(decision)
    people = f", {decision.approvals} people" if decision.approvals > 1 else ""
    return f"{decision.verdict.value}: {', '.join(decision.roles)}{people}"


def _difference(recorded: Recorded, before: Decision | None, after: Decision | None) -> Difference:
    return Difference(
        key=recorded.key,
        worker=recorded.worker,
        operation=recorded.operation,
        before=_outcome(before),
        after=_outcome(after),
        rules_before=before.rules if before else (),
        rules_after=after.rules if after else (),
        reasons=after.reasons if after else (),
    )


def _difference_as_json(each: Difference) -> dict[str, Any]:
    return {
        "key": each.key,
        "worker": each.worker,
        "operation": each.operation,
        "before": each.before,
        "after": each.after,
        "rules_before": list(each.rules_before),
        "rules_after": list(each.rules_after),
        "reasons": list(each.reasons),
    }
