"""May it? The rules of one worker, and the verdict on one action; a pure function of action and facts.

    asked with the approvals held ──allowed──▶ permit
               │ denied
               ▼
    asked with every approval there could be ──denied──▶ forbid, by the rules no approval lifts
               │ allowed
               ▼
            review, by whom the rules ask that spoke in the first answer

An error in either answer is a forbid that carries the error.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID

from remit.canonical import digest_of
from remit.charters.charter import Charter, Stage
from remit.connections.action import Action
from remit.connections.operation import Kind, Operation
from remit.governance.charter_lint import check_charter, closest
from remit.governance.decision import Decision, Facts, Verdict
from remit.governance.engine import Answer, Engine, operation_entity
from remit.governance.house import ALWAYS, HouseRules
from remit.governance.policy_check import SCHEMA
from remit.governance.rule import ROLES, Rule
from remit.governance.rules import compile_charter

_EVERY_ROLE: Final = sorted(ROLES)
_EVERYBODY: Final = 1_000_000
_NO_GRANT: Final = "no-grant"
_NO_READ: Final = "no-read"
_ENGINE_FAILED: Final = "engine-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The charter and the house rules of one worker, compiled and checked."""

    charter: Charter
    operations: Mapping[str, Operation]
    rules: Mapping[str, Rule]
    """by id"""
    digest: str
    """the version of the rules: the same digest gives the same verdicts"""
    engine: Engine
    hidden: Mapping[str, Answer]
    """by read the charter lists: what stands against it, when something does"""

    @classmethod
    def build(cls, charter: Charter, operations: Mapping[str, Operation], house_rules: HouseRules) -> Self:
        """Compile the rules of one worker.

        Raises:
            PolicyInvalid: The charter or a house rule means nothing, or not what it says.
        """
        check_charter(charter, operations)
        house_rules.check_names(operations=operations)
        rules = {rule.id: rule for rule in (*house_rules.rules, *compile_charter(charter))}
        engine = Engine.build(charter, operations.values(), rules.values())
        return cls(
            charter=charter,
            operations=MappingProxyType(dict(operations)),
            rules=MappingProxyType(rules),
            digest=_digest(charter, operations, rules.values()),
            engine=engine,
            hidden=MappingProxyType(dict(_hidden(charter, engine))),
        )

    @property
    def sentences(self) -> Mapping[str, str]:
        """What each rule says to people, by id."""
        return {rule.id: rule.sentence for rule in self.rules.values()}

    def decide(self, action: Action, facts: Facts) -> Decision:
        """Decide on one action."""
        return self.decide_asked(action.worker, action.operation, asked_of(action, facts))

    def decide_asked(self, worker: str, operation: str, asked: Mapping[str, Any]) -> Decision:
        """Decide on what was asked, now or long ago: a decision carries all it takes to decide it again."""
        return replace(self._verdict(worker, operation, asked), asked=asked)

    def _verdict(self, worker: str, operation: str, asked: Mapping[str, Any]) -> Decision:
        if (silence := self._silence(worker, operation)) is not None:
            return silence
        question = {name: value for name, value in asked.items() if name != "bypassed"}  # no rule reads it
        held = self.engine.ask(worker, operation, question)
        if held.errors:
            return self._failed(held)
        if held.is_allowed:
            return self._decision(Verdict.PERMIT, held.rules)
        most = self.engine.ask(worker, operation, {**question, **_ALL_APPROVALS})
        if most.errors:
            return self._failed(most)
        if most.is_allowed:
            return self._review(held, asked)
        return self._forbidden(most, operation, asked)

    def decide_read(self, operation: str) -> Decision:
        """Decide on one read: what the charter lists, and neither it nor a house rule forbids.

        A halt of the worker does not stop reading.
        """
        system = operation.partition(".")[0]
        prohibitions = (f"prohibition:{operation}", f"prohibition:{system}.*")
        if spoke := tuple(sorted(rule for rule in prohibitions if rule in self.rules)):
            return self._decision(Verdict.FORBID, spoke)
        if operation not in self.charter.reads:
            sentence = f"The charter does not list `{operation[:200]}` among what the worker reads."
            return self._spoken(Verdict.FORBID, _NO_READ, sentence)
        if answer := self.hidden.get(operation):
            return self._failed(answer) if answer.errors else self._decision(Verdict.FORBID, answer.rules)
        sentence = f"The charter lists `{operation}` among what the worker reads."
        return self._spoken(Verdict.PERMIT, f"read:{operation}", sentence)

    def _silence(self, worker: str, operation: str) -> Decision | None:
        """Forbid what no rule can speak about: another worker's action, or what is not a known write."""
        if worker != self.charter.name:
            sentence = f"These are the rules of `{self.charter.name}`, the action is of `{worker[:200]}`."
            return self._spoken(Verdict.FORBID, _NO_GRANT, sentence)
        known = self.operations.get(operation)
        return None if known and known.kind is Kind.WRITE else self._ungranted(operation)

    def _forbidden(self, most: Answer, operation: str, asked: Mapping[str, Any]) -> Decision:
        if not most.rules:
            return self._ungranted(operation)
        return _with_names(self._decision(Verdict.FORBID, most.rules), asked)

    def _ungranted(self, operation: str) -> Decision:
        near = _nearest(operation[:200], tuple(sorted(grant.operation for grant in self.charter.grants)))
        hint = f"The nearest operation granted is `{near}`." if near else "Nothing like it is granted."
        return self._spoken(Verdict.FORBID, _NO_GRANT, f"No grant covers `{operation[:200]}`. {hint}")

    def _review(self, held: Answer, given: Mapping[str, Any]) -> Decision:
        """Ask whom the rules ask that spoke; `@otherwise` only when none of them asks somebody in particular."""
        bypassed = self._bypassed(held.rules, given.get("bypassed", {}))
        spoke = [self.rules[rule] for rule in held.rules if rule not in bypassed]
        if not spoke:
            return replace(self._decision(Verdict.PERMIT, held.rules), reasons=tuple(bypassed.values()))
        asked = {role for rule in spoke for role in rule.roles} or {role for rule in spoke for role in rule.otherwise}
        people = max(rule.approvals for rule in spoke)
        missing = asked - set(given["approvals"])
        reasons = [*(rule.sentence for rule in spoke), *bypassed.values()]
        if not missing:
            reasons.append(f"{given['approvers']} of {people} people have approved: another one is asked.")
        return Decision(
            verdict=Verdict.REVIEW,
            rules=tuple(rule.id for rule in spoke),
            reasons=tuple(reasons),
            roles=tuple(sorted(missing or asked)),
            approvals=people,
            policy_digest=self.digest,
        )

    def _bypassed(self, spoke: Iterable[str], bypasses: Mapping[str, str]) -> dict[str, str]:
        """Say of each rule that spoke by whom it is bypassed; what no approval lifts or always holds never is."""
        said = {rule: bypasses.get(rule) or bypasses.get("*", "") for rule in spoke if is_bypassable(self.rules[rule])}
        return {rule: f"{self.rules[rule].sentence} {by}" for rule, by in said.items() if by}

    def _failed(self, answer: Answer) -> Decision:
        erring = {rule for rule in self.rules if any(f"policy `{rule}`:" in error for error in answer.errors)}
        forbidding = {rule for rule in answer.rules if self.rules[rule].effect == "forbid"}
        spoke = tuple(sorted(erring | forbidding if erring else {_ENGINE_FAILED}))
        failed = "The rules could not be asked, so nothing is permitted."
        reasons = tuple(self.rules[rule].sentence if rule in self.rules else failed for rule in spoke)
        return Decision(
            verdict=Verdict.FORBID, rules=spoke, reasons=reasons, errors=answer.errors, policy_digest=self.digest
        )

    def _decision(self, verdict: Verdict, rules: tuple[str, ...]) -> Decision:
        reasons = tuple(self.rules[rule].sentence for rule in rules)
        return Decision(verdict=verdict, rules=rules, reasons=reasons, policy_digest=self.digest)

    def _spoken(self, verdict: Verdict, rule: str, sentence: str) -> Decision:
        return Decision(verdict=verdict, rules=(rule,), reasons=(sentence,), policy_digest=self.digest)


def is_bypassable(rule: Rule) -> bool:
    """Whether two people may bypass a rule for some time: it asks for approvals, and not in every house."""
    return rule.approvals > 0 and rule.origin not in ALWAYS


def _with_names(decision: Decision, asked: Mapping[str, Any]) -> Decision:
    """Name the vacant seats, budgets and limits behind what the rules say."""
    named = (("Vacant", "vacant_seats"), ("Used up", "over_budget"), ("Passed", "over_limits"))
    said = tuple(f"{what}: {', '.join(asked[name])}." for what, name in named if asked[name])
    return replace(decision, reasons=(*decision.reasons, *said))


_ALL_APPROVALS: Final[dict[str, Any]] = {"approvals": _EVERY_ROLE, "approvers": _EVERYBODY}


def asked_of(action: Action, facts: Facts) -> dict[str, Any]:
    """Write down what the rules are asked with, besides worker and operation."""
    context: dict[str, Any] = {
        "currency": action.currency,
        "confidence": action.confidence,
        "tier": action.tier,
        "stage": {"type": "Stage", "id": facts.stage},
        "halts": list(facts.halts),
        "vacant_seats": list(facts.vacant_seats),
        "over_budget": list(facts.over_budget),
        "over_limits": list(facts.over_limits),
        "is_counted": facts.is_counted,
        "is_reversal": facts.is_reversal,
        "concerns": [{"type": "Concern", "id": concern} for concern in sorted(action.concerns)],
        "category": action.category,
        "unproven": sorted(action.unproven),
        "performed_today": facts.performed_today,
        "approvals": sorted(facts.approvals),
        "approvers": facts.approvers,
    }
    if facts.bypassed:
        context["bypassed"] = dict(facts.bypassed)
    return context if action.amount is None else context | {"amount": action.amount}


HARMLESS: Final[Mapping[str, Any]] = asked_of(
    Action(run=UUID(int=0), step=0, worker="", operation="", arguments={}), Facts(stage=Stage.ASSISTIVE)
)
"""What the rules are asked with of an action that says nothing and meets nothing."""


def _hidden(charter: Charter, engine: Engine) -> Iterator[tuple[str, Answer]]:
    """Ask about every read once: who reads and what is all that a rule about reading knows, and neither changes."""
    for operation in sorted(charter.reads):
        answer = engine.ask_reading(charter.name, operation, HARMLESS)
        if answer.rules or answer.errors:
            yield operation, answer


def _digest(charter: Charter, operations: Mapping[str, Operation], rules: Iterable[Rule]) -> str:
    # What the operations named are decides as much as the rules do; the other operations are always forbidden.
    named = {*charter.reads, *(grant.operation for grant in charter.grants)}
    return digest_of(
        {
            "schema": SCHEMA.read_text(encoding="utf-8"),
            "domain": charter.domain.value,
            "reads": sorted(charter.reads),
            "rules": {rule.id: rule.text for rule in rules},
            "operations": {name: operation_entity(operations[name]) for name in sorted(named)},
        }
    )


@lru_cache(maxsize=1024)
def _nearest(operation: str, granted: tuple[str, ...]) -> str:
    return closest(operation, granted)
