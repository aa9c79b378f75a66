"""What the rules permit the worst worker without a person: every kind of action it could state, asked of the rules.

A rule compares what a worker states with constants. Asked at each constant, just below and just above it, the rules
have said all they can say, for between two constants nothing changes. A rule that compares in another way, or
calculates, is not searched: then everything is taken to be permitted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, cast
from uuid import UUID

from remit.charters.charter import Charter, Grant, Stage
from remit.connections.action import Action
from remit.connections.operation import Operation
from remit.governance.decision import Decision, Facts, Verdict
from remit.governance.limits import counts
from remit.governance.policy import Policy
from remit.governance.rule import Rule
from remit.money import LARGEST

OTHER: Final = "XXX"
"""Stands for every currency that no rule names: the code of ISO 4217 for none."""

_ELSE: Final = "something no rule names"
_NOBODY: Final = UUID(int=0)
_STATED: Final = ("amount", "currency", "tier", "confidence", "category", "concerns", "performed_today")
_ALL_AT_ONCE: Final = "concerns"  # a set: a rule may only ask whether something is in it, so that less of it is worse
_COMPARES: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "contains", "containsAll", "containsAny", "in"})
_KNOWN: Final = (
    _COMPARES
    | frozenset(
        ("&&", "||", "!", "isEmpty", "has", "Set", "Value", "Var", ".", "left", "right", "attr", "arg", "kind", "body")
    )
    | {"__entity", "type", "id", "is", "entity_type"}
)
_VARIED: Final = ("tier", "category", "performed_today", "confidence")


def permitted(policy: Policy, grant: Grant, stage: Stage) -> Mapping[str, int] | None:
    """Give the largest amount of each currency that is permitted at once without a person; None when nothing is.

    An operation that moves no money has no currency: what is permitted is empty.
    """
    operation = policy.operations[grant.operation]
    rules = [rule for rule in policy.rules.values() if rule.forbids_writing]
    if any(not _is_searched(rule) for rule in rules):
        return _everything(policy.charter, operation, grant)
    asking = _Asking(policy=policy, grant=grant, stage=stage)
    if not operation.amount:
        return {} if asking.is_permitted(None, "") else None
    largest: dict[str, int] = {}
    points = _points(rules)
    for currency in sorted({*points["currency"], *_currencies(policy.charter, grant)}):
        found = next((each for each in points["amount"] if asking.is_permitted(each, currency)), None)
        if found is not None:
            largest[currency] = found
    return largest if largest or asking.is_permitted(None, "") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """The rules of one operation, asked what they permit."""

    policy: Policy
    grant: Grant
    stage: Stage

    def is_permitted(self, amount: int | None, currency: str) -> bool:
        """Whether an amount is permitted without a person, whatever else is stated.

        Only what the rules compare that spoke so far is varied. When none of that helps and no other rule spoke, the
        rest cannot help either, for those rules do not look at it.
        """
        minded: set[str] = set()
        while True:
            points = _points([self.policy.rules[rule] for rule in sorted(minded)])
            spoke: set[str] = set()
            for tier, category, before, confidence in product(*(points[name] for name in _VARIED)):
                what = {"amount": amount, "currency": currency, "tier": tier, "category": category}
                decision = self._decide({**what, "confidence": confidence}, before)
                if decision.verdict is Verdict.PERMIT:
                    return True
                spoke |= {rule for rule in decision.rules if rule in self.policy.rules}
            if spoke <= minded:
                return False
            minded |= spoke

    def _decide(self, what: Mapping[str, Any], before: int) -> Decision:
        charter, operation = self.policy.charter, self.policy.operations[self.grant.operation]
        blank = Action(run=_NOBODY, step=1, worker=charter.name, operation=operation.name, arguments={})
        action = replace(blank, **what)
        capped = self.grant.money_per_day is not None
        uncapped = capped and (action.amount is None or action.currency != self.grant.day_currency)
        facts = Facts(
            stage=self.stage,
            performed_today=before,
            over_limits=("money_per_day",) if uncapped else (),
            is_counted=counts(action, operation, charter),
        )
        return self.policy.decide(action, facts)


def _everything(charter: Charter, operation: Operation, grant: Grant) -> Mapping[str, int]:
    """What the rules that always hold leave, and the grant's own limits."""
    if not operation.amount:
        return {}
    if grant.limit is not None:
        return {grant.currency: grant.limit}
    capped = {grant.day_currency} if grant.money_per_day is not None else _currencies(charter, grant)
    return dict.fromkeys(sorted(capped or {OTHER}), LARGEST)


def _currencies(charter: Charter, grant: Grant) -> set[str]:
    return {charter.budget.currency, charter.workflow_budget.currency, grant.day_currency} - {""}


def _decide(policy: Policy, grant: Grant, stage: Stage, what: Mapping[str, Any], before: int = 0) -> Decision:
    operation = policy.operations[grant.operation]
    action = replace(_blank(policy.charter, operation), **what)
    uncapped = grant.money_per_day is not None and (action.amount is None or action.currency != grant.day_currency)
    facts = Facts(
        stage=stage,
        performed_today=before,
        over_limits=("money_per_day",) if uncapped else (),
        is_counted=counts(action, operation, policy.charter),
    )
    return policy.decide(action, facts)


def _blank(charter: Charter, operation: Operation) -> Action:
    return Action(run=_NOBODY, step=1, worker=charter.name, operation=operation.name, arguments={})


# ── what rules compare ─────────────────────────────────────────────────────────────────────────────────────────────


def _points(rules: list[Rule]) -> dict[str, list[Any]]:
    """List every value worth stating, the worst first: few rules mind a sure worker that says little."""
    compared: dict[str, set[Any]] = {name: set() for name in _STATED}
    for rule in rules:
        for name, value in _compared(rule.policy.get("conditions")):
            if name in compared:
                compared[name].add(value)
    counted = ("amount", "confidence", "performed_today")
    most = {"amount": LARGEST - 1}
    numbers = {name: sorted(_near(compared[name] | {most.get(name)}), reverse=True) for name in counted}
    texts = {name: [value for value in compared[name] if isinstance(value, str)] for name in _STATED}
    return {
        "amount": [each for each in [*numbers["amount"], 0] if each >= 0],
        "confidence": [1000, *(each for each in numbers["confidence"] if 0 <= each < 1000)],  # noqa: PLR2004  # the most there is
        "currency": [*texts["currency"], OTHER],
        "tier": ["", *sorted(texts["tier"]), _ELSE] if texts["tier"] else [""],
        "category": ["", *sorted(texts["category"]), _ELSE] if texts["category"] else [""],
        "performed_today": [0, *(each for each in reversed(numbers["performed_today"]) if 0 < each < LARGEST)],
    }


def _near(values: set[Any]) -> set[int]:
    numbers = {value for value in values if type(value) is int}
    return {near for number in numbers for near in (number - 1, number, number + 1)}


def _compared(node: Any) -> Iterator[tuple[str, Any]]:
    """Find what is compared with which constant, in Cedar's JSON form."""
    for key, value in _nodes(node):
        if key in _COMPARES:
            for name in set(_attributes(value)):
                yield from ((name, constant) for constant in _constants(value))


def _nodes(node: Any) -> Iterator[tuple[str, Any]]:
    match node:
        case list():
            for each in cast("list[Any]", node):
                yield from _nodes(each)
        case dict():
            for key, value in cast("dict[str, Any]", node).items():
                yield key, value
                yield from _nodes(value)
        case _:
            return


def _attributes(node: Any) -> Iterator[str]:
    for key, value in _nodes(node):
        if key == "attr":
            yield value


def _constants(node: Any) -> Iterator[Any]:
    for key, value in _nodes(node):
        if key == "Value":
            yield value["__entity"]["id"] if isinstance(value, dict) else value


def _is_searched(rule: Rule) -> bool:
    """Whether a rule only compares what is stated with constants, each by itself."""
    conditions: list[dict[str, Any]] = rule.policy.get("conditions", [])
    if set(_attributes(conditions)).isdisjoint(_STATED):
        return True
    nodes = list(_nodes(conditions))
    return (
        all(key in _KNOWN for key, _ in nodes)
        and not any(key in _COMPARES and len(set(_attributes(value)) & set(_STATED)) > 1 for key, value in nodes)
        and not any(key in {"!", "==", "!="} and _ALL_AT_ONCE in _attributes(value) for key, value in nodes)
        and not any(each["kind"] == "unless" and _ALL_AT_ONCE in _attributes(each) for each in conditions)
    )
