"""What a worker may see: its charter's list, and the house rules that forbid a read whatever the charter lists."""

from typing import Any

import pytest

from remit.charters.charter import Access, Domain, Grant, Prohibition
from remit.errors import PolicyInvalid
from remit.governance.could import sees
from remit.governance.decision import Verdict
from remit.governance.house import HouseRules
from remit.governance.policy import Policy
from remit.governance.policy_check import read_own
from remit.governance.replay import World
from tests.governance.policy_samples import READS, action, charter, facts, policy


def seeing_all(domain: Domain, rules: HouseRules | None = None, **changes: Any) -> Policy:
    """The rules of a worker of a domain whose charter lists every read there is."""
    systems = tuple(Access(system=name.partition(".")[0], reads=(name,)) for name in READS)
    return policy(charter(domain=domain, **{"systems": systems, **changes}), rules)


def hidden_from(domain: Domain) -> dict[str, str]:
    """The reads a worker of a domain is refused, with the rule that refuses, when its charter lists them all."""
    rules = seeing_all(domain)
    decisions = {name: rules.decide_read(name) for name in READS}
    return {name: decision.rules[0] for name, decision in decisions.items() if decision.verdict is Verdict.FORBID}


@pytest.mark.parametrize(
    ("domain", "hidden"),
    [
        (Domain.REVENUE, {"people.read_salary", "people.read_illness", "siem.read_events"}),
        (
            Domain.CUSTOMER_EXPERIENCE,
            {"people.read_salary", "people.read_illness", "siem.read_events", "erp.read_payments"},
        ),
        (Domain.IT_OPERATIONS, {"people.read_salary", "people.read_illness"}),
        (Domain.FINANCE, {"people.read_illness", "siem.read_events"}),
        (Domain.SECURITY, {"people.read_salary", "people.read_illness"}),
        (Domain.HUMAN_RESOURCES, {"siem.read_events", "erp.read_payments"}),
    ],
)
def test_a_domain_does_not_see_what_is_not_its_business(domain: Domain, hidden: set[str]) -> None:
    """Payroll, health, security records and the books stay with those whose work they are, whatever a charter lists."""
    assert set(hidden_from(domain)) == hidden


def test_a_refusal_says_the_sentence_of_the_rule() -> None:
    """Whoever reads why a run ended finds the rule and what it says."""
    decision = seeing_all(Domain.REVENUE).decide_read("people.read_salary")

    assert (decision.rules, decision.reasons) == (
        ("payroll-read",),
        ("Only finance and human resources workers see what people are paid.",),
    )


@pytest.mark.parametrize("domain", Domain)
def test_a_customers_case_is_changed_by_customer_experience(domain: Domain) -> None:
    """A worker of another domain asks a support reviewer, at the highest stage too."""
    rules = seeing_all(domain, grants=(Grant(operation="desk.note_case"),))

    asked = rules.decide(action("desk.note_case"), facts())

    expected = domain is not Domain.CUSTOMER_EXPERIENCE
    assert ("case-by-others" in asked.rules) is expected
    assert ("support-reviewer" in asked.roles) is expected


def test_a_security_worker_changes_nothing_broadly_alone() -> None:
    """Changing what servers answer to takes two people, one of them the risk owner, at the highest stage too."""
    rules = seeing_all(Domain.SECURITY, grants=(Grant(operation="cloud.change_route"),))

    asked = rules.decide(action("cloud.change_route"), facts())

    assert (asked.verdict, asked.approvals) == (Verdict.REVIEW, 2)
    assert {"security-reviewer", "risk-owner"} <= set(asked.roles)


def test_procurement_reads_the_books_and_changes_no_terms_alone() -> None:
    """A finance worker sees vendors and payments; what binds the house is approved by the risk owner."""
    rules = seeing_all(Domain.FINANCE, grants=(Grant(operation="site.publish_page"),))

    assert rules.decide_read("erp.read_payments").verdict is Verdict.PERMIT
    asked = rules.decide(action("site.publish_page"), facts())
    assert (asked.verdict, "legal-commitment" in asked.rules) == (Verdict.REVIEW, True)
    assert "risk-owner" in asked.roles


def test_customer_service_reads_accounts_and_no_books() -> None:
    """A support worker has what it answers with, and not what the house owes and is owed."""
    rules = seeing_all(Domain.CUSTOMER_EXPERIENCE)

    assert rules.decide_read("crm.read_account").verdict is Verdict.PERMIT
    assert rules.decide_read("erp.read_payments").rules == ("books-read",)


def test_one_worker_is_kept_from_data_about_persons() -> None:
    """A rule of the house can name a worker that counts usage: it sees the numbers and nobody's name."""
    text = """
    @id("usage-without-persons") @sentence("Whoever counts usage sees no person.")
    forbid (principal == Worker::"note-taker", action == Action::"read", resource)
    when { resource.touches.contains(Touch::"personal") };
    """
    rules = seeing_all(Domain.REVENUE, HouseRules(rules=read_own(text, "own.cedar")))

    assert rules.decide_read("crm.read_account").verdict is Verdict.PERMIT
    assert rules.decide_read("crm.read_contact").rules == ("usage-without-persons",)


def test_a_prohibition_and_the_charters_silence_come_first() -> None:
    """What is prohibited or not listed is refused for that reason, and no rule is asked."""
    prohibited = seeing_all(
        Domain.REVENUE, prohibitions=(Prohibition(operation="people.*", because="not its business"),)
    )

    assert prohibited.decide_read("people.read_salary").rules == ("prohibition:people.*",)
    assert seeing_all(Domain.REVENUE, systems=()).decide_read("people.read_salary").rules == ("no-read",)


def test_rules_about_reading_do_not_speak_of_writing() -> None:
    """A write of a low-risk note is decided as if there were no rule about reading."""
    forbids_all = """
    @id("sees-nothing") @sentence("Nobody reads.") forbid (principal, action == Action::"read", resource);
    """
    rules = seeing_all(Domain.REVENUE, HouseRules(rules=read_own(forbids_all, "own.cedar")))

    assert rules.decide(action(), facts()).verdict is Verdict.PERMIT
    assert {rules.decide_read(name).rules for name in READS} == {("sees-nothing",)}


@pytest.mark.parametrize(
    ("head", "notes", "body", "said"),
    [
        ("action", "", 'when { action == Action::"read" }', "speaks of reading and of more"),
        ('action in [Action::"read", Action::"perform"]', "", "", "speaks of reading and of more"),
        ('action == Action::"read"', '@roles("reviewer")', "", "reading is not reviewed"),
        ('action == Action::"read"', "", "when { context.confidence < 900 }", "nobody knows of a read"),
    ],
)
def test_a_rule_about_reading_that_would_mislead_is_refused(head: str, notes: str, body: str, said: str) -> None:
    """A rule that mixes reading with writing, asks somebody or asks what a read does not say is no rule."""
    text = f'@id("own") @sentence("It says so.") {notes} forbid (principal, {head}, resource) {body};'

    with pytest.raises(PolicyInvalid, match=said):
        read_own(text, "own.cedar")


def test_what_a_worker_may_read_is_told_with_the_reason() -> None:
    """Whoever asks what a worker could do sees each read of its charter, and what forbids it."""
    world = World(policies={"note-taker": seeing_all(Domain.REVENUE)}, stages={})

    told = {each.operation: each for each in sees(world, "note-taker")}

    assert sorted(told) == READS
    assert told["crm.read_account"].verdict is Verdict.PERMIT
    assert told["siem.read_events"].reasons == (
        "Only security and IT workers see what watches for threats has recorded.",
    )
