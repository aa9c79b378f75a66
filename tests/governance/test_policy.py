from dataclasses import replace
from typing import Any

import pytest

from remit.charters.charter import Access, Domain, Grant, Prohibition, ReviewRule, Stage
from remit.governance.decision import Verdict
from remit.governance.policy import Policy
from remit.governance.rule import Rule
from tests.governance.policy_samples import OPERATIONS, action, approved, charter, facts, house, policy

PAYING = charter(
    name="note-taker",
    domain=Domain.FINANCE,
    grants=(Grant(operation="erp.pay_invoice", limit=2_000_000, currency="EUR", per_day=3),),
)
REFUNDING = charter(
    domain=Domain.CUSTOMER_EXPERIENCE,
    grants=(Grant(operation="desk.refund_customer", limit=50_000, currency="EUR"),),
)


def test_a_granted_harmless_write_is_permitted_and_says_why() -> None:
    """A permit names the grant, its sentence and the version of the rules."""
    rules = policy(charter(grants=(Grant(operation="erp.write_note", because="Notes are its job."),)))

    decision = rules.decide(action(), facts())

    assert (decision.verdict, decision.rules) == (Verdict.PERMIT, ("grant:erp.write_note",))
    assert decision.reasons == ("Notes are its job.",)
    assert rules.digest == decision.policy_digest


def test_what_is_not_granted_is_forbidden_and_the_nearest_grant_is_named() -> None:
    """Silence forbids, and a mistyped operation is answered with the one that was probably meant."""
    decision = policy().decide(action("erp.write_notes"), facts())

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("no-grant",))
    assert decision.reasons == (
        "No grant covers `erp.write_notes`. The nearest operation granted is `erp.write_note`.",
    )


def test_a_known_operation_that_is_not_granted_is_forbidden_with_every_approval() -> None:
    """Approvals do not replace a grant."""
    decision = policy().decide(action("crm.drop_tag"), approved(facts(), ("administrator", "risk-owner"), 9))

    assert (decision.verdict, decision.rules) == (Verdict.FORBID, ("no-grant",))


def test_a_huge_unknown_operation_is_forbidden_in_a_short_sentence() -> None:
    """A name of a megabyte costs neither time nor a megabyte of reasons."""
    decision = policy().decide(action("erp." + "x" * 1_000_000), facts())

    assert decision.verdict is Verdict.FORBID
    assert len(decision.reasons[0]) < 400


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"halts": ("everything",)}, "halted"),
        ({"vacant_seats": ("risk_owner",)}, "seat-vacant"),
        ({"over_budget": ("money",)}, "over-budget"),
        ({"over_limits": ("recipients",)}, "over-limit"),
    ],
)
def test_facts_that_stop_everything(changes: dict[str, Any], rule: str) -> None:
    """A halt, a vacant seat and a spent budget forbid what would be permitted."""
    decision = policy().decide(action(), facts(**changes))

    assert (Verdict.FORBID, (rule,)) == (decision.verdict, decision.rules)
    assert house_sentence(rule) == decision.reasons[0]


@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [
        (2_000_001, "EUR", "limit:erp.pay_invoice"),
        (5, "USD", "currency:erp.pay_invoice"),
        (None, "", "currency:erp.pay_invoice"),
    ],
)
def test_over_the_limit_or_not_comparable_is_forbidden(amount: int | None, currency: str, rule: str) -> None:
    """An amount over the limit, in another currency or missing is forbidden, not reviewed."""
    decision = policy(PAYING).decide(action("erp.pay_invoice", amount=amount, currency=currency), facts())

    assert (Verdict.FORBID, (rule,)) == (decision.verdict, decision.rules)


def test_the_sentence_of_a_limit_is_written_for_people() -> None:
    """A limit in cents is shown as money."""
    sentences = policy(PAYING).sentences

    assert sentences["limit:erp.pay_invoice"] == "`erp.pay_invoice` moves at most 20,000.00 EUR at once."


@pytest.mark.parametrize(("performed", "verdict"), [(2, Verdict.REVIEW), (3, Verdict.FORBID), (4, Verdict.FORBID)])
def test_the_number_a_day_is_the_last_one(performed: int, verdict: Verdict) -> None:
    """Of three a day the third is not forbidden and the fourth is."""
    given = facts(performed_today=performed)

    decision = policy(PAYING).decide(action("erp.pay_invoice", amount=100, currency="EUR"), given)

    assert verdict is decision.verdict


def test_much_money_needs_two_people_and_says_when_one_more_is_missing() -> None:
    """One finance reviewer is not enough for 10,000.01; the second person makes it a permit."""
    rules = policy(PAYING)
    paying = action("erp.pay_invoice", amount=1_000_001, currency="EUR")

    first = rules.decide(paying, facts())
    one = rules.decide(paying, approved(facts(), ("finance-reviewer",), 1))
    two = rules.decide(paying, approved(facts(), ("finance-reviewer",), 2))

    assert (first.verdict, first.roles, first.approvals) == (Verdict.REVIEW, ("finance-reviewer",), 2)
    assert (one.verdict, one.roles, one.approvals) == (Verdict.REVIEW, ("finance-reviewer",), 2)
    assert one.reasons[-1] == "1 of 2 people have approved: another one is asked."
    assert two.verdict is Verdict.PERMIT


def test_the_reviewer_is_asked_only_when_nobody_in_particular_is() -> None:
    """In the assistive stage a charter's own review takes the place of the general one."""
    own = ReviewRule(name="owner first", roles=("account-owner",), because="The owner knows the customer.")
    assistive = facts(Stage.ASSISTIVE)

    general = policy().decide(action(), assistive)
    particular = policy(charter(reviews=(own,))).decide(action(), assistive)

    assert (general.rules, general.roles) == (("stage-assistive",), ("reviewer",))
    assert (particular.rules, particular.roles) == (("review:owner first", "stage-assistive"), ("account-owner",))
    assert "The owner knows the customer." in particular.reasons


def test_any_named_reviewer_answers_the_general_review() -> None:
    """In the assistive stage a finance reviewer's approval is a person's approval."""
    decision = policy().decide(action(), approved(facts(Stage.ASSISTIVE), ("finance-reviewer",), 1))

    assert decision.verdict is Verdict.PERMIT


def test_only_the_roles_still_missing_are_asked() -> None:
    """Of two roles a review asks, the one held is not asked again."""
    both = ReviewRule(name="both", roles=("risk-owner", "account-owner"), approvals=2)

    decision = policy(charter(reviews=(both,))).decide(action(), approved(facts(), ("risk-owner",), 1))

    assert (decision.verdict, decision.roles, decision.approvals) == (Verdict.REVIEW, ("account-owner",), 2)


def test_forbid_beats_review_beats_permit() -> None:
    """The same action is permitted, then reviewed, then forbidden as rules are added."""
    reviewed = charter(reviews=(ReviewRule(name="always", roles=("risk-owner",)),))
    prohibited = replace(reviewed, prohibitions=(Prohibition(operation="erp.*", because="The migration runs."),))

    verdicts = [policy(each).decide(action(), facts()).verdict for each in (charter(), reviewed, prohibited)]

    assert verdicts == [Verdict.PERMIT, Verdict.REVIEW, Verdict.FORBID]


def test_a_prohibition_names_its_reason() -> None:
    """A prohibited operation is forbidden in the words of the charter, though it is granted too."""
    rules = policy(charter(prohibitions=(Prohibition(operation="erp.write_note", because="The migration runs."),)))

    decision = rules.decide(action(), facts())

    assert decision.rules == ("prohibition:erp.write_note",)
    assert decision.reasons == ("`erp.write_note` is prohibited: The migration runs.",)


def test_a_refund_over_a_hundred_asks_a_person_by_the_known_reason() -> None:
    """A refund of 100.00 runs alone in conditional autonomy, 100.01 needs a support reviewer."""
    rules = policy(REFUNDING)
    given = facts(Stage.CONDITIONAL)

    small = rules.decide(action("desk.refund_customer", amount=10_000, currency="EUR"), given)
    large = rules.decide(action("desk.refund_customer", amount=10_001, currency="EUR"), given)

    assert small.verdict is Verdict.PERMIT
    assert (large.rules, large.roles) == (("needs_human_approval_over_100",), ("support-reviewer",))


def test_a_blind_write_is_reviewed_even_when_all_else_is_harmless() -> None:
    """A low-risk, reversible write that cannot be looked up is reviewed in the highest stage of trust."""
    rules = policy(charter(grants=(Grant(operation="pager.ring_bell"),)))

    decision = rules.decide(action("pager.ring_bell"), facts(Stage.HIGH_TRUST))

    assert (decision.verdict, decision.rules, decision.roles) == (Verdict.REVIEW, ("blind-repeat",), ("reviewer",))


def test_an_amount_in_another_currency_counts_as_over() -> None:
    """A review over 100 EUR is asked for one yen, and not for an action without an amount."""
    over = ReviewRule(name="over", amount_over=10_000, currency="EUR", roles=("risk-owner",))
    rules = policy(charter(reviews=(over,)))

    verdicts = [
        rules.decide(action(amount=amount, currency=currency), facts()).verdict
        for amount, currency in ((10_000, "EUR"), (10_001, "EUR"), (1, "JPY"), (None, ""))
    ]

    assert verdicts == [Verdict.PERMIT, Verdict.REVIEW, Verdict.REVIEW, Verdict.PERMIT]


def test_reads_are_what_the_charter_lists_and_does_not_prohibit() -> None:
    """A listed read is permitted, an unlisted one forbidden, and a prohibited system is not read either."""
    access = (Access(system="erp", reads=("erp.read_invoice",)), Access(system="crm", reads=("crm.read_account",)))
    rules = policy(charter(systems=access, prohibitions=(Prohibition(operation="erp.*", because="no"),)))

    listed, unlisted, prohibited = (
        rules.decide_read(name) for name in ("crm.read_account", "crm.read_deal", "erp.read_invoice")
    )

    assert (listed.verdict, listed.rules) == (Verdict.PERMIT, ("read:crm.read_account",))
    assert (unlisted.verdict, unlisted.rules) == (Verdict.FORBID, ("no-read",))
    assert (prohibited.verdict, prohibited.rules) == (Verdict.FORBID, ("prohibition:erp.*",))


def test_a_write_is_never_a_read() -> None:
    """A granted write is not reachable by reading."""
    decision = policy().decide_read("erp.write_note")

    assert decision.verdict is Verdict.FORBID


@pytest.mark.parametrize(
    "changed",
    [
        charter(grants=(Grant(operation="erp.write_note"), Grant(operation="crm.update_account", per_day=1))),
        charter(domain=Domain.FINANCE),
        charter(systems=()),
        charter(reviews=(ReviewRule(name="always", roles=("reviewer",)),)),
    ],
)
def test_the_digest_changes_with_whatever_changes_a_decision(changed: object) -> None:
    """A limit, the domain, the reads and a review each give the rules another version."""
    assert isinstance(changed, type(charter()))

    assert policy().digest != policy(changed).digest
    assert policy().digest == policy(charter()).digest


def test_the_digest_changes_with_the_facts_of_a_granted_operation() -> None:
    """An operation that became risky gives the rules another version."""
    riskier = OPERATIONS | {"erp.write_note": OPERATIONS["crm.update_account"]}
    riskier["erp.write_note"] = replace(riskier["erp.write_note"], name="erp.write_note")

    rules = Policy.build(charter(), riskier, house())

    assert policy().digest != rules.digest


def test_every_rule_has_a_sentence_and_a_text() -> None:
    """What the control plane shows exists for each rule and speaks of no other."""
    rules = policy(PAYING)

    assert rules.sentences.keys() == rules.rules.keys()
    assert all(rules.sentences.values())
    assert all(f'@id("{rule.id}")' in rule.text for rule in rules.rules.values())


def test_a_review_rule_shows_the_condition_that_lifts_it() -> None:
    """The text of a review names the roles and the number of people its annotations name."""
    text = rule_of("money-large").text

    assert '(context.approvals).containsAll(["finance-reviewer"])' in text
    assert "(context.approvers) >= 2" in text


def rule_of(rule: str) -> Rule:
    """A packaged house rule."""
    return next(each for each in house().rules if each.id == rule)


def house_sentence(rule: str) -> str:
    """What a packaged house rule says."""
    return rule_of(rule).sentence
