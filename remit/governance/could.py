"""What a worker could do: for each operation granted whether it runs alone, whom it asks and when, or why never.

The rules are evaluated in part: known are the worker, the operation and its stage; unknown is all that a single action
brings. What holds for everybody - halts, vacant seats, budgets, malformed numbers - is not said again. This is shown to
people and decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from remit.charters.charter import Stage
from remit.connections.action import Action
from remit.connections.operation import Kind, Operation
from remit.governance.decision import Facts, Verdict
from remit.governance.house import ALWAYS
from remit.governance.policy import Policy, asked_of
from remit.governance.replay import World
from remit.governance.residual import condition_of, words_of
from remit.governance.rule import Rule

_KNOWN: Final = (
    *("halts", "vacant_seats", "over_budget", "over_limits", "is_counted", "is_reversal"),
    *("approvals", "approvers"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaks:
    """A rule that speaks to an operation, always or under a condition."""

    rule: str
    sentence: str
    when: str
    """the condition in words; empty when it always speaks, or has no words but the sentence"""
    is_certain: bool
    """whether it always speaks"""
    asks: tuple[str, ...]
    """the roles it asks; empty when it forbids"""
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What could come of one operation."""

    operation: str
    summary: str
    stage: str
    verdict: Verdict
    """what comes of it when no condition holds: permit means that it runs alone"""
    asks: tuple[str, ...]
    """whom it asks in any case"""
    speaks: tuple[Speaks, ...]
    """the rules that always speak, then those that may"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Whether a worker may read what its charter lists."""

    operation: str
    summary: str
    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What another stage of one operation would change."""

    operation: str
    before: Possible
    after: Possible
    gone: tuple[Speaks, ...]
    """rules that would not speak any more: what the worker would do more freely"""
    new: tuple[Speaks, ...]
    """rules that would speak besides"""


def could(world: World, worker: str) -> tuple[Possible, ...]:
    """Tell what could come of each operation granted to a worker, by name.

    Raises:
        PolicyInvalid: Nobody can tell.
    """
    policy = world.policies[worker]
    granted = sorted(grant.operation for grant in policy.charter.grants)
    return tuple(possible(policy, operation, world.stage_of(worker, operation)) for operation in granted)


def sees(world: World, worker: str) -> tuple[Seen, ...]:
    """Tell of each read that a worker's charter lists whether it is permitted, by name."""
    policy = world.policies[worker]
    decided = ((name, policy.decide_read(name)) for name in sorted(policy.charter.reads))
    return tuple(
        Seen(
            operation=name,
            summary=policy.operations[name].summary,
            verdict=decision.verdict,
            reasons=decision.reasons,
        )
        for name, decision in decided
    )


def never(world: World, worker: str) -> tuple[str, ...]:
    """Name the writes nobody granted to a worker, which it never does."""
    policy = world.policies[worker]
    granted = {grant.operation for grant in policy.charter.grants}
    writes = (name for name, operation in policy.operations.items() if operation.kind is Kind.WRITE)
    return tuple(sorted(name for name in writes if name not in granted))


def shift(world: World, worker: str, operation: str, stage: Stage) -> Shift:
    """Tell what another stage would change for one operation.

    Raises:
        PolicyInvalid: Nobody can tell.
    """
    policy = world.policies[worker]
    before = possible(policy, operation, world.stage_of(worker, operation))
    after = possible(policy, operation, stage)
    return Shift(
        operation=operation,
        before=before,
        after=after,
        gone=tuple(each for each in before.speaks if each not in after.speaks),
        new=tuple(each for each in after.speaks if each not in before.speaks),
    )


def possible(policy: Policy, operation: str, stage: str) -> Possible:
    """Tell what could come of one operation in one stage.

    Raises:
        PolicyInvalid: Nobody can tell.
    """
    known, unknown = _question(policy.operations[operation], stage)
    residuals = policy.engine.ask_partly(policy.charter.name, operation, known, unknown)
    spoken = [
        _speaks(rule, condition)
        for rule in _said(policy.rules.values())
        if (condition := condition_of(residuals[rule.id])) is not False
    ]
    certain = [each for each in spoken if each.is_certain]
    return Possible(
        operation=operation,
        summary=policy.operations[operation].summary,
        stage=stage,
        verdict=_verdict(certain),
        asks=_asks(policy, certain),
        speaks=tuple(sorted(spoken, key=lambda each: (not each.is_certain, bool(each.asks), each.rule))),
    )


def _question(operation: Operation, stage: str) -> tuple[dict[str, Any], list[str]]:
    """Give what is known before a worker acts, and what is not."""
    amount = 0 if operation.amount else None
    nothing = Action(run=UUID(int=0), step=0, worker="", operation=operation.name, arguments={}, amount=amount)
    asked = asked_of(nothing, Facts(stage=Stage(stage)))
    known = {name: asked[name] for name in _KNOWN} | {"stage": {"__entity": {"type": "Stage", "id": stage}}}
    if not operation.amount:
        known["currency"] = ""
    return known, [name for name in asked if name not in known]


def _said(rules: Iterable[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.forbids_writing and (rule.approvals or rule.origin not in ALWAYS)]


def _speaks(rule: Rule, condition: Any) -> Speaks:
    return Speaks(
        rule=rule.id,
        sentence=rule.sentence,
        when="" if condition is True else words_of(condition),
        is_certain=condition is True,
        asks=rule.roles or rule.otherwise,
        people=rule.approvals,
    )


def _verdict(certain: Sequence[Speaks]) -> Verdict:
    if any(not each.asks for each in certain):
        return Verdict.FORBID
    return Verdict.REVIEW if certain else Verdict.PERMIT


def _asks(policy: Policy, certain: Sequence[Speaks]) -> tuple[str, ...]:
    """Whom it asks in any case; a general reviewer only when no rule asks somebody in particular."""
    named = {role for each in certain for role in policy.rules[each.rule].roles}
    return tuple(sorted(named or {role for each in certain for role in each.asks}))
