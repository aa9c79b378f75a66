"""The same verdicts in plain Python, without Cedar: what the policy is held against."""

from collections.abc import Iterator
from dataclasses import dataclass

from remit.charters.charter import Charter, Domain, Grant, ReviewRule, Stage
from remit.connections.action import Action, Concern
from remit.connections.operation import Kind, Operation, Repeat, Risk, Touch
from remit.governance.decision import Facts, Verdict
from tests.governance.policy_samples import OPERATIONS

EARLY = (Stage.ASSISTIVE, Stage.SUPERVISED)
CHANGING = {Touch.REMEDIATION, Touch.PRODUCTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the policy must answer."""

    verdict: Verdict
    rules: tuple[str, ...]
    roles: tuple[str, ...] = ()
    approvals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A review rule that holds."""

    rule: str
    roles: frozenset[str] = frozenset()
    otherwise: frozenset[str] = frozenset()
    people: int = 1

    def is_answered(self, facts: Facts) -> bool:
        """Whether the approvals held lift it."""
        who = self.roles <= facts.approvals if self.roles else bool(facts.approvals)
        return who and facts.approvers >= self.people


def expect(charter: Charter, action: Action, facts: Facts) -> Expected:
    """Say what the policy must answer."""
    operation = OPERATIONS.get(action.operation)
    if action.worker != charter.name or operation is None or operation.kind is not Kind.WRITE:
        return Expected(verdict=Verdict.FORBID, rules=("no-grant",))
    if action.amount is not None and not -(2**63) <= action.amount < 2**63:
        return Expected(verdict=Verdict.FORBID, rules=("engine-failed",))
    if forbids := tuple(sorted(_forbids(charter, operation, action, facts))):
        return Expected(verdict=Verdict.FORBID, rules=forbids)
    if charter.grant(action.operation) is None:
        return Expected(verdict=Verdict.FORBID, rules=("no-grant",))
    reviews = [*_house_reviews(charter, operation, action, facts), *_charter_reviews(charter, operation, action, facts)]
    if spoke := [asked for asked in reviews if not asked.is_answered(facts)]:
        return _review(spoke, facts)
    return Expected(verdict=Verdict.PERMIT, rules=(f"grant:{action.operation}",))


def _review(spoke: list[Asked], facts: Facts) -> Expected:
    named = frozenset[str]().union(*(asked.roles for asked in spoke))
    roles = named or frozenset[str]().union(*(asked.otherwise for asked in spoke))
    return Expected(
        verdict=Verdict.REVIEW,
        rules=tuple(sorted(asked.rule for asked in spoke)),
        roles=tuple(sorted(roles - facts.approvals or roles)),
        approvals=max(asked.people for asked in spoke),
    )


def _forbids(charter: Charter, operation: Operation, action: Action, facts: Facts) -> Iterator[str]:
    always = {
        "halted": bool(facts.halts),
        "seat-vacant": bool(facts.vacant_seats),
        "over-budget": bool(facts.over_budget),
        "over-limit": bool(facts.over_limits),
        "confidence-out-of-range": not 0 <= action.confidence <= 1000,
        "amount-negative": (action.amount or 0) < 0,
        "amount-without-currency": action.amount is not None and not action.currency,
        "health-stays": Touch.HEALTH in operation.touches and bool(operation.sinks),
    }
    yield from (name for name, holds in always.items() if holds)
    for prohibition in charter.prohibitions:
        if _matches(prohibition.operation, action.operation):
            yield f"prohibition:{prohibition.operation}"
    if grant := charter.grant(action.operation):
        yield from _limits(grant, action, facts)


def _limits(grant: Grant, action: Action, facts: Facts) -> Iterator[str]:
    if grant.limit is not None:
        if action.amount is None or action.currency != grant.currency:
            yield f"currency:{grant.operation}"
        elif action.amount > grant.limit:
            yield f"limit:{grant.operation}"
    if grant.per_day is not None and facts.performed_today >= grant.per_day:
        yield f"per-day:{grant.operation}"


def _house_reviews(charter: Charter, operation: Operation, action: Action, facts: Facts) -> Iterator[Asked]:
    yield from _general_reviews(operation, action, facts.stage)
    roles_of = {name: frozenset({role}) for name, role in _domain_reviews(charter.domain, operation, action, facts)}
    yield from (Asked(rule=name, roles=roles) for name, roles in roles_of.items())
    if not facts.is_counted:
        yield Asked(rule="money-uncounted", roles=frozenset({"finance-reviewer"}))
    if (action.amount or 0) > 10_000_00:
        yield Asked(rule="money-large", roles=frozenset({"finance-reviewer"}), people=2)
    if charter.domain is Domain.SECURITY and Touch.REMEDIATION in operation.touches:
        yield Asked(rule="security-remediation", roles=frozenset({"security-reviewer", "risk-owner"}), people=2)
    for name, role in _touching_reviews(operation, action, charter.domain):
        yield Asked(rule=name, roles=frozenset({role}))


def _general_reviews(operation: Operation, action: Action, stage: Stage) -> Iterator[Asked]:
    high, harmless = operation.risk is Risk.HIGH, operation.risk is Risk.LOW
    anyone = {
        "stage-assistive": stage is Stage.ASSISTIVE,
        "stage-supervised": stage is Stage.SUPERVISED and not harmless,
        "stage-conditional": stage is Stage.CONDITIONAL and high,
        "stage-high-trust": stage is Stage.HIGH_TRUST and high and not operation.is_reversible,
        "blind-repeat": operation.repeat is Repeat.BLIND,
        "irreversible": not operation.is_reversible and not harmless,
        "external-destination": bool(operation.sinks) and stage is not Stage.HIGH_TRUST,
        "external-unsure": bool(operation.sinks) and action.confidence < 700,
        "personal-leaves": bool(operation.sinks) and Touch.PERSONAL in operation.touches,
        "brand-published": Touch.BRAND in operation.touches,
        "origin-unproven": bool(action.unproven),
    }
    yield from (Asked(rule=name, otherwise=frozenset({"reviewer"})) for name, holds in anyone.items() if holds)


def _domain_reviews(domain: Domain, operation: Operation, action: Action, facts: Facts) -> Iterator[tuple[str, str]]:
    early, high, harmless = facts.stage in EARLY, operation.risk is Risk.HIGH, operation.risk is Risk.LOW
    touches, by_runbook = operation.touches, harmless and Touch.RUNBOOK in operation.touches
    written = bool(touches & {Touch.LOG, Touch.ROUTE, Touch.TICKET})
    asked = {
        ("finance-money", "finance-reviewer", Domain.FINANCE): action.amount is not None and early,
        ("finance-high-risk", "finance-reviewer", Domain.FINANCE): high,
        ("finance-unusual", "finance-reviewer", Domain.FINANCE): Concern.UNUSUAL in action.concerns,
        ("it-high-risk", "it-reviewer", Domain.IT_OPERATIONS): high,
        ("it-remediation", "it-reviewer", Domain.IT_OPERATIONS): Touch.REMEDIATION in touches and not by_runbook,
        ("it-early", "it-reviewer", Domain.IT_OPERATIONS): early and bool(touches & CHANGING),
        ("it-irreversible", "it-reviewer", Domain.IT_OPERATIONS): not operation.is_reversible and not written,
        ("security-read-only", "security-reviewer", Domain.SECURITY): not harmless or not written,
        ("security-unsure", "security-reviewer", Domain.SECURITY): action.confidence < 900,
        ("hr-person", "hr-reviewer", Domain.HUMAN_RESOURCES): not harmless,
        ("hr-unsure", "hr-reviewer", Domain.HUMAN_RESOURCES): action.confidence < 800,
        **_of_customers(operation, action, early=early),
    }
    yield from ((name, role) for (name, role, where), holds in asked.items() if holds and where is domain)


def _of_customers(operation: Operation, action: Action, *, early: bool) -> dict[tuple[str, str, Domain], bool]:
    outside, ends = bool(operation.sinks), Touch.RESOLUTION in operation.touches
    support = ("support-reviewer", Domain.CUSTOMER_EXPERIENCE)
    hurts = bool(action.concerns & {"angry", "legal", "billing_dispute", "sensitive"})
    bill = action.category in {"billing", "contract"}
    return {
        ("revenue-outbound", "account-owner", Domain.REVENUE): outside and early,
        ("revenue-outbound-risk", "account-owner", Domain.REVENUE): outside and operation.risk is not Risk.LOW,
        ("needs_human_approval_over_100", *support): (action.amount or 0) > 100_00,
        ("support-unsure", *support): action.confidence < 600,
        ("support-unsure-billing", *support): bill and action.confidence < 850,
        ("support-sensitive", *support): (outside or ends) and hurts,
        ("support-category", *support): ends and early and action.category not in {"how-to", "password", "delivery"},
    }


def _touching_reviews(operation: Operation, action: Action, domain: Domain) -> Iterator[tuple[str, str]]:
    touches, harmless = operation.touches, operation.risk is Risk.LOW
    asked = {
        ("health-seen", "risk-owner"): Touch.HEALTH in touches,
        ("case-by-others", "support-reviewer"): Touch.CASE in touches and domain is not Domain.CUSTOMER_EXPERIENCE,
        ("hiring-decision", "hr-reviewer"): Touch.HIRING in touches,
        ("legal-commitment", "risk-owner"): Touch.LEGAL in touches,
        ("legal-answer", "risk-owner"): "legal" in action.concerns and bool(operation.sinks),
        ("access-broad", "it-reviewer"): Touch.ACCESS in touches and not harmless,
        ("production-change", "it-reviewer"): Touch.PRODUCTION in touches
        and not (harmless and Touch.RUNBOOK in touches),
    }
    yield from (each for each, holds in asked.items() if holds)


def _charter_reviews(charter: Charter, operation: Operation, action: Action, facts: Facts) -> Iterator[Asked]:
    for rule in charter.reviews:
        if _holds(rule, charter, operation, action, facts):
            yield Asked(rule=f"review:{rule.name}", roles=frozenset(rule.roles), people=rule.approvals)


def _holds(rule: ReviewRule, charter: Charter, operation: Operation, action: Action, facts: Facts) -> bool:
    over = rule.amount_over is None or (
        action.amount is not None and (action.currency != rule.currency or action.amount > rule.amount_over)
    )
    return (
        (not rule.operations or any(_matches(name, operation.name) for name in rule.operations))
        and (not rule.risks or operation.risk.value in rule.risks)
        and (not rule.tiers or action.tier in rule.tiers)
        and (not rule.stages or facts.stage in rule.stages)
        and (not rule.domains or charter.domain in rule.domains)
        and over
        and (rule.confidence_under is None or action.confidence < rule.confidence_under)
    )


def _matches(name: str, operation: str) -> bool:
    return name == operation or (name.endswith(".*") and operation.startswith(name[:-1]))
