import random
from typing import Any

import pytest

from remit.charters.charter import Domain, Grant, ReviewRule, Stage
from remit.governance.could import Possible, could, never, possible, shift
from remit.governance.decision import Verdict
from remit.governance.house import ALWAYS
from remit.governance.policy import Policy
from remit.governance.replay import World
from tests.governance.policy_samples import (
    OPERATIONS,
    charter,
    facts,
    house,
    policy,
    random_action,
    random_charter,
    random_facts,
)


def world(**changes: Any) -> World:
    """A world with one worker."""
    return World(policies={"note-taker": policy(charter(**changes))}, stages={})


def of(stage: Stage = Stage.HIGH_TRUST, operation: str = "erp.write_note", **changes: Any) -> Possible:
    """What could come of one operation granted without limits."""
    changes = {"grants": (Grant(operation=operation),), **changes}
    return possible(policy(charter(**changes)), operation, stage)


def conditions(found: Possible) -> dict[str, str]:
    """The rules that may speak, each with its condition in words."""
    return {each.rule: each.when for each in found.speaks if not each.is_certain}


def test_what_no_rule_holds_back_runs_alone() -> None:
    """A harmless write at high trust is permitted; only conditions on what a single action brings are left."""
    found = of()

    assert (found.verdict, found.asks) == (Verdict.PERMIT, ())
    assert [each for each in found.speaks if each.is_certain] == []


def test_what_is_always_reviewed_asks_whom_the_rules_name() -> None:
    """A customer's message early on asks the account owner, not a reviewer in general."""
    found = of(Stage.SUPERVISED, "mail.send_message")

    assert (found.verdict, found.asks) == (Verdict.REVIEW, ("account-owner",))
    assert {"revenue-outbound", "blind-repeat"} <= {each.rule for each in found.speaks if each.is_certain}


def test_what_is_always_forbidden_never_happens() -> None:
    """Data about health leaves the house at no stage."""
    assert of(operation="people.send_illness").verdict is Verdict.FORBID


def test_conditions_are_said_in_words() -> None:
    """Amounts, confidence, tiers, days and concerns of a rule are told as people say them."""
    gold = ReviewRule(name="gold", tiers=("gold",), amount_over=100_00, currency="EUR", roles=("risk-owner",))
    grants = (Grant(operation="desk.refund_customer", limit=500_00, currency="EUR", per_day=3),)

    found = of(operation="desk.refund_customer", domain=Domain.CUSTOMER_EXPERIENCE, grants=grants, reviews=(gold,))

    said = conditions(found)
    assert said["needs_human_approval_over_100"] == "the amount is over 100.00"
    assert said["support-unsure"] == "the confidence is under 60 %"
    assert said["per-day:desk.refund_customer"] == "how often it was done today is at least 3"
    assert said["limit:desk.refund_customer"] == "the currency is `EUR` and the amount is over 500.00"
    assert said["currency:desk.refund_customer"] == "the currency is not `EUR`"
    assert said["review:gold"] == (
        "the customer's tier is among `gold` and the currency is not `EUR` or the amount is over 100.00"
    )
    assert said["support-unsure-billing"] == (
        "the category is among `billing`, `contract` and the confidence is under 85 %"
    )


def test_what_holds_for_everybody_is_not_said_again() -> None:
    """Halts, seats, budgets and malformed numbers are in no answer."""
    always = {rule.id for rule in house().rules if rule.origin in ALWAYS and not rule.approvals}

    assert always.isdisjoint(each.rule for each in of().speaks)


def test_what_is_not_granted_is_never_done() -> None:
    """Every other write is named, no read is."""
    named = never(world(), "note-taker")

    assert "erp.pay_invoice" in named
    assert {"erp.write_note", "crm.read_account"}.isdisjoint(named)
    assert [each.operation for each in could(world(), "note-taker")] == ["crm.update_account", "erp.write_note"]


def test_another_stage_is_told_by_what_it_would_add() -> None:
    """From supervised to conditional a write of medium risk loses the reviewer, and nothing is asked instead."""
    here = world(grants=(Grant(operation="crm.update_account", stage=Stage.SUPERVISED),))

    found = shift(here, "note-taker", "crm.update_account", Stage.CONDITIONAL)

    assert (found.before.verdict, found.after.verdict) == (Verdict.REVIEW, Verdict.PERMIT)
    assert [each.rule for each in found.gone] == ["stage-supervised"]
    assert found.new == ()


def test_the_preview_agrees_with_what_is_decided() -> None:
    """For random charters and actions: what always speaks speaks, what never does is silent, and verdicts agree."""
    dice = random.Random(11)
    compared = 0
    for _ in range(150):
        its_charter = random_charter(dice)
        rules = policy(its_charter)
        for _ in range(10):
            compared += _agrees(rules, dice)

    assert compared > 200


def _agrees(rules: Policy, dice: random.Random) -> bool:
    granted = tuple(grant.operation for grant in rules.charter.grants)
    if not granted:
        return False
    given = random_facts(dice)
    asked = random_action(dice, rules.charter.name, granted)
    if asked.operation not in granted or asked.worker != rules.charter.name or not 0 <= (asked.amount or 0) < 2**63:
        return False
    if bool(OPERATIONS[asked.operation].amount) != (asked.amount is not None):
        return False
    plain = facts(given.stage, performed_today=given.performed_today)
    decision = rules.decide(asked, plain)
    found = possible(rules, asked.operation, given.stage)
    certain = {each.rule for each in found.speaks if each.is_certain}
    may = {each.rule for each in found.speaks}
    always = {rule.id for rule in house().rules if rule.origin in ALWAYS and not rule.approvals}
    grants = {f"grant:{asked.operation}"}

    assert set(decision.rules) - always - grants <= may
    if decision.verdict is Verdict.REVIEW:
        assert certain <= set(decision.rules)
    if found.verdict is not Verdict.PERMIT:
        assert decision.verdict is not Verdict.PERMIT
    return True


@pytest.mark.parametrize("name", ['odd "name" \\ \n 🦉', "ascii", "ä"])
def test_a_worker_with_any_name_can_be_asked_about(name: str) -> None:
    """Whatever stands in a name, the question is about that worker."""
    odd = policy(charter(name=name))

    assert possible(odd, "erp.write_note", Stage.HIGH_TRUST).verdict is Verdict.PERMIT
