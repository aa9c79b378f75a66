import random
from typing import Any

import pytest

from remit.charters.charter import Domain, Grant
from remit.errors import PolicyInvalid
from remit.governance.decision import Verdict
from remit.governance.house import HouseRules
from remit.governance.policy import Policy
from remit.governance.policy_check import read_own
from tests.governance.policy_samples import OPERATIONS, action, charter, facts, house, policy

HUGE = 2**62
OVERFLOWING = """
@id("erring") @sentence("Ten times the amount is little.")
forbid (principal, action, resource) when { context has amount && context.amount * 10 > 9000000000 };
"""
ERRING_REVIEW = OVERFLOWING.replace('@id("erring")', '@id("erring") @roles("risk-owner")')


def with_rules(text: str) -> Policy:
    """The sample policy with rules added to the house."""
    return policy(rules=HouseRules(rules=(*house().rules, *read_own(text, "more.cedar"))))


@pytest.mark.parametrize("text", [OVERFLOWING, ERRING_REVIEW])
def test_a_rule_that_errs_permits_nothing(text: str) -> None:
    """Cedar skips a rule that overflows and would allow the action; the decision is forbid and carries the error."""
    rules = with_rules(text)

    fine = rules.decide(action(amount=5, currency="EUR"), facts())
    erring = rules.decide(
        action(amount=HUGE, currency="EUR"), facts(approvals=frozenset({"finance-reviewer"}), approvers=2)
    )

    assert fine.verdict is Verdict.PERMIT
    assert (erring.verdict, erring.rules) == (Verdict.FORBID, ("erring",))
    assert "overflow" in erring.errors[0]
    assert erring.reasons == ("Ten times the amount is little.",)


def test_an_error_is_forbidden_and_never_becomes_a_review() -> None:
    """With a rule that errs and a review that spoke, nobody is asked to approve what could not be judged."""
    decision = with_rules(OVERFLOWING).decide(action(amount=HUGE, currency="EUR"), facts())

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("erring", "money-large"))
    assert not decision.roles


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 2**63, "currency": "EUR"},
        {"amount": 2**200, "currency": "EUR"},
        {"amount": 1.5, "currency": "EUR"},
        {"amount": float("nan"), "currency": "EUR"},
        {"amount": True, "currency": "EUR"},
        {"amount": "5", "currency": "EUR"},
        {"confidence": 0.9},
        {"confidence": True},
        {"confidence": "1000"},
        {"confidence": None},
        {"currency": None},
        {"tier": {"type": "Stage", "id": "high_trust"}},
        {"tier": "\ud800"},
    ],
)
def test_a_question_of_the_wrong_shape_is_forbidden(changes: dict[str, Any]) -> None:
    """The schema is always passed: no float, boolean, text or number too large is ever compared."""
    decision = policy().decide(action(**changes), facts())

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("engine-failed",))
    assert decision.errors


def test_an_unknown_stage_is_forbidden() -> None:
    """A stage the rules do not know is an error and not the absence of a review."""
    given: Any = facts()
    unknown: Any = "very_high_trust"

    decision = policy().decide(action(), type(given)(stage=unknown))

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("engine-failed",))


def test_reasons_come_in_a_fixed_order() -> None:
    """Many rules that speak at once are named sorted, each with its own sentence."""
    dice = random.Random(1)
    given = facts(halts=("everything",), vacant_seats=("accountable",), over_budget=("money",))
    proposed = action(amount=-5, currency="", confidence=2000)

    decisions = [
        policy(rules=HouseRules(rules=tuple(dice.sample(house().rules, len(house().rules))))).decide(proposed, given)
        for _ in range(5)
    ]

    assert decisions[0].rules == (
        "amount-negative",
        "amount-without-currency",
        "confidence-out-of-range",
        "halted",
        "over-budget",
        "seat-vacant",
    )
    assert [decisions[0].rules] * 5 == [decision.rules for decision in decisions]
    assert [decisions[0].reasons] * 5 == [decision.reasons for decision in decisions]


def test_a_policy_speaks_for_one_worker_only() -> None:
    """Another worker's action is forbidden though the operation is granted here."""
    decision = policy().decide(action(worker="invoice-review"), facts())

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("no-grant",))
    assert "`note-taker`" in decision.reasons[0]
    assert "`invoice-review`" in decision.reasons[0]


def test_a_read_submitted_as_an_action_is_forbidden() -> None:
    """What only reads cannot be performed."""
    decision = policy().decide(action("crm.read_account"), facts())

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("no-grant",))


@pytest.mark.parametrize("confidence", [-1, 1001, -(2**63), 2**63 - 1])
def test_confidence_beyond_its_scale_is_forbidden(confidence: int) -> None:
    """Confidence is 0..1000; outside nothing can be said."""
    decision = policy().decide(action(confidence=confidence), facts())

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("confidence-out-of-range",))


@pytest.mark.parametrize("confidence", [0, 1000])
def test_the_ends_of_the_confidence_scale_are_on_it(confidence: int) -> None:
    """The least and the most confidence are both valid."""
    decision = policy().decide(action(confidence=confidence), facts())

    assert decision.verdict is Verdict.PERMIT


def test_an_operation_with_an_unknown_risk_is_refused() -> None:
    """A connector that states a risk the rules do not know gets no policy at all."""
    broken: Any = "extreme"
    operations = OPERATIONS | {
        "erp.write_note": type(OPERATIONS["erp.write_note"])(
            name="erp.write_note", kind=OPERATIONS["erp.write_note"].kind, summary="", risk=broken
        )
    }

    with pytest.raises(PolicyInvalid, match="cannot be loaded"):
        Policy.build(charter(), operations, house())


def test_a_worker_with_many_grants_and_rules_stays_exact() -> None:
    """A thousand reviews and every grant change nothing for the operations they do not concern."""
    grants = tuple(Grant(operation=name) for name in sorted(OPERATIONS) if OPERATIONS[name].kind.value == "write")
    crowded = HouseRules(rules=(*house().rules, *read_own("\n".join(_rule(number) for number in range(1000)), "many")))

    rules = policy(charter(domain=Domain.SECURITY, grants=grants), crowded)

    assert rules.decide(action(), facts()).verdict is Verdict.PERMIT
    assert rules.decide(action(tier="tier-999"), facts()).rules == ("many-999",)


def _rule(number: int) -> str:
    condition = f'context.tier == "tier-{number}"'
    return f'@id("many-{number}") @sentence("x") forbid (principal, action, resource) when {{ {condition} }};'
