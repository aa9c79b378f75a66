"""The stated harm is never exceeded by a worker that does its worst."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from remit import clock
from remit.charters.charter import Charter, Domain, Grant, ReviewRule, Stage
from remit.charters.limits import Budget, Limits, OnSpike
from remit.connections.action import Action
from remit.governance.budgets import exceeded, needed
from remit.governance.decision import Facts, Verdict
from remit.governance.harm import Harm, harm_of
from remit.governance.house import HouseRules
from remit.governance.limits import counts, over_grant
from remit.governance.mandate import Mandate
from remit.governance.policy import Policy
from remit.governance.rule import ROLES
from tests.governance.policy_samples import OPERATIONS, WRITES, action, charter, policy

EUR = Budget(money=500_00, currency="EUR")


def mandate_of(given: Charter, rules: Policy | None = None) -> Mandate:
    """The mandate of a charter."""
    return Mandate(charter=given, digest="", policy=rules or policy(given), version="", rulebook=0)


def harm(given: Charter, stages: dict[str, Stage] | None = None) -> Harm:
    """The harm of a charter under the packaged rules."""
    return harm_of(mandate_of(given), stages or {})


def refunds(**changes: object) -> Charter:
    """A worker that may refund."""
    grant = Grant(operation="desk.refund_customer", stage=Stage.HIGH_TRUST)
    given = charter(domain=Domain.CUSTOMER_EXPERIENCE, grants=(replace(grant, **changes),))  # type: ignore[arg-type]
    return replace(given, budget=EUR)


def test_without_caps_the_harm_has_no_limit() -> None:
    """A grant without a count, in a charter without budgets, is said to have no limit, and money in any currency."""
    found = harm(replace(refunds(), budget=Budget())).operations[0]

    assert found.actions is None
    assert found.money == {"XXX": None}
    assert "without a limit" in found.sentence


def test_the_cap_that_comes_first_is_stated() -> None:
    """100.00 at once, 3 times a day: 300.00; with a budget of 500.00 and 20 times: 500.00; with money a day: less."""
    assert harm(refunds(per_day=3)).money == {"EUR": 300_00}
    assert harm(refunds(per_day=20)).money == {"EUR": 500_00}
    assert harm(refunds(per_day=20, money_per_day=200_00, day_currency="EUR")).money == {"EUR": 200_00}
    assert harm(refunds(limit=10_00, currency="EUR", per_day=20)).money == {"EUR": 200_00}


def test_what_a_person_approves_first_does_no_harm_unseen() -> None:
    """In the assistive stage nothing happens unseen, whatever the grant says."""
    found = harm(refunds(), {"desk.refund_customer": Stage.ASSISTIVE})

    assert (found.actions, found.money) == (0, {})
    assert found.operations[0].sentence == "`desk.refund_customer`: a person approves each one first."


def test_recipients_are_stated() -> None:
    """It says to whom something goes: only there, or to anybody."""
    grant = Grant(operation="mail.draft_message", stage=Stage.HIGH_TRUST, per_day=2)
    anybody = harm(charter(grants=(grant,))).operations[0]
    named = harm(charter(grants=(replace(grant, recipients=("ok.com",)),))).operations[0]

    assert (anybody.recipients, named.recipients) == ((), ("ok.com",))
    assert "to anybody" in anybody.sentence
    assert "to ok.com" in named.sentence


def test_a_rule_that_calculates_is_taken_to_permit() -> None:
    """Where the rules cannot be searched, nothing is assumed to be stopped by them."""
    rule = """
    @id("half")
    @sentence("Half of it is little.")
    @roles("reviewer")
    forbid (principal, action, resource)
    when { context has amount && context.amount * 2 > 100 };
    """
    given = refunds(per_day=2)
    rules = Policy.build(given, OPERATIONS, HouseRules.parse({"half.cedar": rule}))

    assert harm_of(mandate_of(given, rules), {}).money == {"EUR": 500_00}


def test_it_says_when_somebody_hears_of_it() -> None:
    """Midnight, reviews, budgets and the spike alert are said."""
    said = " ".join(harm(replace(refunds(), limits=Limits(on_spike=OnSpike.STOP))).noticed)

    assert "around midnight" in said
    assert "it is stopped" in said


# ── the worst worker ───────────────────────────────────────────────────────────────────────────────────────────────


def _maybe(dice: random.Random, value: int) -> int | None:
    return value if dice.random() < 0.6 else None


def _random_charter(dice: random.Random) -> Charter:
    grants = tuple(
        Grant(
            operation=operation,
            stage=dice.choice([Stage.SUPERVISED, Stage.CONDITIONAL, Stage.HIGH_TRUST, Stage.HIGH_TRUST]),
            per_day=_maybe(dice, dice.randint(1, 9)),
            money_per_day=_maybe(dice, 700) if OPERATIONS[operation].amount else None,
            day_currency="EUR",
        )
        for operation in dice.sample(WRITES, 5)
    )
    reviews = tuple(
        ReviewRule(
            name=f"r{number}",
            operations=tuple(dice.sample(WRITES, 3)),
            amount_over=_maybe(dice, dice.choice([50, 200, 400])),
            currency=dice.choice(["EUR", "USD"]),
            confidence_under=_maybe(dice, 800),
            tiers=dice.choice([(), ("gold",)]),
            roles=(dice.choice(sorted(ROLES)),),
        )
        for number in range(2)
    )
    budgets = [Budget(money=_maybe(dice, 900), currency="EUR", actions=_maybe(dice, 12)) for _ in range(2)]
    return charter(
        domain=dice.choice(list(Domain)), grants=grants, reviews=reviews, budget=budgets[0], workflow_budget=budgets[1]
    )


def _worst_action(dice: random.Random, given: Charter) -> Action:
    operation = dice.choice([grant.operation for grant in given.grants])
    moves = bool(OPERATIONS[operation].amount)
    amount = dice.choice([None, 0, 1, 50, 51, 199, 200, 399, 400, 700, 900, 10_000, 2**40]) if moves else None
    return action(
        operation,
        amount=amount,
        currency="" if amount is None else dice.choice(["EUR", "EUR", "EUR", "USD", "CHF"]),
        confidence=dice.choice([0, 500, 700, 799, 800, 1000]),
        tier=dice.choice(["", "gold", "silver"]),
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_worst_worker_never_does_more_than_is_stated(seed: int) -> None:
    """Whatever a worker tries in a day, what happens without a person stays within what was stated before."""
    dice = random.Random(seed)
    given = _random_charter(dice)
    rules = policy(given)
    stated = harm_of(mandate_of(given, rules), {})
    used, writes, money, now = Counter[str](), Counter[str](), Counter[tuple[str, str]](), clock.now()

    for _ in range(1500):
        tried = _worst_action(dice, given)
        operation, grant = OPERATIONS[tried.operation], given.grant(tried.operation)
        lines = needed(tried, given, now + timedelta())
        facts = Facts(
            stage=grant.stage if grant else Stage.ASSISTIVE,
            performed_today=used[f"{given.name}/operation:{tried.operation}"],
            over_budget=exceeded(lines, used),
            over_limits=tuple(over_grant(tried, operation, given)),
            is_counted=counts(tried, operation, given),
        )
        if rules.decide(tried, facts).verdict is not Verdict.PERMIT:
            continue
        used.update({line.key: line.quantity for line in lines})
        writes[tried.operation] += 1
        money[tried.operation, tried.currency] += tried.amount or 0

    by_operation = {one.operation: one for one in stated.operations}
    for operation, count in writes.items():
        most = by_operation[operation].actions
        assert most is None or count <= most
    for (operation, currency), moved in money.items():
        caps = by_operation[operation].money
        most = caps.get(currency, caps.get("XXX", 0) if currency else 0)
        assert most is None or moved <= most
    assert stated.actions is None or writes.total() <= stated.actions
    for currency in {code for _, code in money if code}:
        most = stated.money.get(currency, stated.money.get("XXX", 0))
        moved = sum(count for (_, code), count in money.items() if code == currency)
        assert most is None or moved <= most
