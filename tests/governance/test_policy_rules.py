from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.charters.charter import Access, Domain, Grant, Prohibition, ReviewRule, Stage
from remit.connections.operation import Kind, Operation
from remit.errors import PolicyInvalid
from remit.governance.decision import Verdict
from remit.governance.house import HouseRules
from remit.governance.policy import Policy
from remit.governance.policy_check import read_own
from remit.governance.rules import compile_charter, quoted
from tests.governance.policy_samples import OPERATIONS, action, charter, facts, house, policy

HOSTILE = [
    '") ; permit(principal,action,resource);//',
    '"); @id("own") permit (principal, action, resource); @id("x',
    "line\nbreak\r\n\u2028\u0000",
    'back\\slash \\u{22} \\" \\',
    "/* */ // comment",
    "\U0001f989 \ufeff\u200d\u202e \u202eevil",
    "'; DROP TABLE rules; --",
    '@roles("administrator")',
    "{{}}{%} ${x}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_a_charter_stay_words(text: str) -> None:
    """Names, reasons, tiers and currencies that look like rules add none and keep their exact text."""
    hostile = charter(
        name=text,
        grants=(Grant(operation="erp.hold_invoice", limit=5, currency=text, because=text),),
        prohibitions=(Prohibition(operation="crm.*", because=text),),
        reviews=(
            ReviewRule(name=text, tiers=(text,), amount_over=1, currency=text, roles=("reviewer",), because=text),
        ),
    )

    rules = compile_charter(hostile)

    assert [rule.id for rule in rules] == [
        "grant:erp.hold_invoice",
        "limit:erp.hold_invoice",
        "currency:erp.hold_invoice",
        "prohibition:crm.*",
        f"review:{text}",
    ]
    assert [rule.effect for rule in rules] == ["permit", "forbid", "forbid", "forbid", "forbid"]
    assert (text, text) == (rules[0].sentence, rules[-1].sentence)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_decide_as_plain_ones(text: str) -> None:
    """A rule about a hostile tier speaks for exactly that tier, and nothing else becomes permitted."""
    rules = policy(charter(name=text, reviews=(ReviewRule(name=text, tiers=(text,), roles=("risk-owner",)),)))

    same = rules.decide(action(worker=text, tier=text), facts())
    other = rules.decide(action(worker=text, tier="gold"), facts())
    ungranted = rules.decide(action("crm.drop_tag", worker=text), facts())

    assert (Verdict.REVIEW, (f"review:{text}",)) == (same.verdict, same.rules)
    assert Verdict.PERMIT is other.verdict
    assert Verdict.FORBID is ungranted.verdict


@given(text=st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_survives_being_quoted(text: str) -> None:
    """Every text that is Unicode comes back from Cedar as it went in, also as an id."""
    rule = f"@id({quoted('x' + text)}) @sentence({quoted('x' + text)}) forbid (principal, action, resource);"

    (read,) = read_own(rule, "any")

    assert ("x" + text, "x" + text) == (read.id, read.sentence)


def test_half_a_character_is_refused() -> None:
    """An unpaired surrogate cannot be written in a rule, so the charter is refused."""
    with pytest.raises(PolicyInvalid, match="surrogates"):
        policy(charter(reviews=(ReviewRule(name="\ud800", roles=("reviewer",)),)))


def test_an_operation_with_a_hostile_name_is_granted_alone() -> None:
    """A connector's odd operation name is escaped like any other text."""
    name = 'erp.x") ; permit(principal,action,resource);//'
    odd = Operation(name=name, kind=Kind.WRITE, summary="odd", reversed_by="erp.write_note")

    rules = Policy.build(charter(grants=(Grant(operation=name),)), OPERATIONS | {name: odd}, house())

    assert rules.decide(action(name), facts()).verdict is Verdict.PERMIT
    assert rules.decide(action("erp.write_note"), facts()).verdict is Verdict.FORBID


def test_lists_of_ten_thousand_words_are_flat() -> None:
    """A long list in a charter is no deep rule: it compiles and decides."""
    tiers = tuple(f"tier-{number}" for number in range(10_000))
    rules = policy(charter(reviews=(ReviewRule(name="long", tiers=tiers, roles=("risk-owner",)),)))

    assert rules.decide(action(tier="tier-9999"), facts()).verdict is Verdict.REVIEW
    assert rules.decide(action(tier="tier-10000"), facts()).verdict is Verdict.PERMIT


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grants": (Grant(operation="erp.write_notes"),)}, "unknown operation `erp.write_notes`. Did you mean"),
        ({"grants": (Grant(operation="erp.read_invoice"),)}, "`erp.read_invoice` only reads"),
        ({"grants": (Grant(operation="erp.*"),)}, "unknown operation `erp.\\*`"),
        ({"grants": (Grant(operation="erp.write_note"),) * 2}, "the grant of `erp.write_note` stands twice"),
        ({"grants": (Grant(operation="erp.write_note", limit=5),)}, "limit without a currency"),
        ({"systems": (Access(system="crm", reads=("crm.read_acount",)),)}, "unknown operation `crm.read_acount`"),
        ({"systems": (Access(system="erp", reads=("erp.write_note",)),)}, "`erp.write_note` writes"),
        ({"prohibitions": (Prohibition(operation="epr.*", because=""),)}, "unknown operation `epr.\\*`. Did you mean"),
        ({"prohibitions": (Prohibition(operation="*", because=""),)}, "unknown operation `\\*`"),
        ({"prohibitions": (Prohibition(operation="erp.*", because=""),) * 2}, "stands twice"),
        ({"reviews": (ReviewRule(name="a", operations=("erp.nothing",), roles=("reviewer",)),)}, "unknown operation"),
        ({"reviews": (ReviewRule(name="a", roles=("reviewer",)),) * 2}, "the review rule `a` stands twice"),
        ({"reviews": (ReviewRule(name="a", roles=("revewer",)),)}, "unknown role `revewer`"),
        ({"reviews": (ReviewRule(name="a", roles=()),)}, "asks nobody"),
        ({"reviews": (ReviewRule(name=" ", roles=("reviewer",)),)}, "has no name"),
        ({"reviews": (ReviewRule(name="a", roles=("reviewer",), risks=("hgih",)),)}, "unknown risk `hgih`"),
        ({"reviews": (ReviewRule(name="a", roles=("reviewer",), amount_over=5),)}, "without a currency"),
    ],
)
def test_a_charter_rule_that_would_never_speak_is_refused(changes: dict[str, Any], message: str) -> None:
    """Unknown operations, roles and words, doubles and amounts without a currency never build a policy."""
    with pytest.raises(PolicyInvalid, match=message):
        policy(charter(**changes))


@pytest.mark.parametrize("value", [-1, 1.5, True, 2**63, "5", float("inf")])
@pytest.mark.parametrize("place", ["limit", "per_day", "amount_over", "confidence_under", "approvals"])
def test_a_number_that_is_no_whole_number_is_refused(place: str, value: Any) -> None:
    """Limits are whole numbers within what the rules can compare; a boolean or a float is neither."""
    if place in {"limit", "per_day"}:
        changes: dict[str, Any] = {"grants": (Grant(operation="erp.write_note", currency="EUR", **{place: value}),)}
    else:
        review = ReviewRule(name="a", roles=("reviewer",), currency="EUR", **{place: value})
        changes = {"reviews": (review,)}

    with pytest.raises(PolicyInvalid, match="Write a whole number"):
        policy(charter(**changes))


def test_every_fault_is_named_at_once() -> None:
    """Whoever writes a charter reads all its faults in one message."""
    faulty = charter(grants=(Grant(operation="x.y"),), reviews=(ReviewRule(name="a", roles=("z",)),))

    with pytest.raises(PolicyInvalid) as raised:
        policy(faulty)

    assert "unknown operation `x.y`" in str(raised.value)
    assert "unknown role `z`" in str(raised.value)


def test_an_empty_charter_and_no_house_rules_forbid_everything() -> None:
    """Without a rule there is only silence."""
    silent = policy(charter(grants=(), systems=()), HouseRules(rules=()))

    assert silent.decide(action(), facts()).rules == ("no-grant",)
    assert silent.decide(action(), facts()).reasons == (
        "No grant covers `erp.write_note`. Nothing like it is granted.",
    )


def test_all_conditions_of_a_review_must_hold() -> None:
    """A review with every kind of condition speaks when all hold and is silent as soon as one does not."""
    review = ReviewRule(
        name="all",
        operations=("erp.*",),
        risks=("low",),
        tiers=("gold",),
        stages=(Stage.HIGH_TRUST,),
        domains=(Domain.REVENUE,),
        amount_over=100,
        currency="EUR",
        confidence_under=900,
        roles=("risk-owner",),
    )
    rules = policy(charter(reviews=(review,)))
    all_hold: dict[str, Any] = {"tier": "gold", "amount": 101, "currency": "EUR", "confidence": 899}
    one_off: list[dict[str, Any]] = [{"tier": "silver"}, {"amount": 100}, {"confidence": 900}]

    assert rules.decide(action(**all_hold), facts()).verdict is Verdict.REVIEW
    assert [rules.decide(action(**(all_hold | off)), facts()).verdict for off in one_off] == [Verdict.PERMIT] * 3
    assert rules.decide(action(**all_hold), facts(Stage.CONDITIONAL)).verdict is Verdict.PERMIT
