from dataclasses import dataclass, field
from typing import Any

import pytest

from remit.charters.charter import Access, Domain, Grant, Stage
from remit.governance.decision import Decision, Facts
from tests.governance.policy_samples import READS, action, charter, facts, house, policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One action of one worker."""

    operation: str = "erp.write_note"
    domain: Domain = Domain.REVENUE
    stage: Stage = Stage.HIGH_TRUST
    action: dict[str, Any] = field(default_factory=dict[str, Any])
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    def decided(self) -> Decision:
        """What the packaged rules say to it, when the charter lists it or grants it without limits."""
        if self.operation in READS:
            lists = Access(system=self.operation.partition(".")[0], reads=(self.operation,))
            return policy(charter(domain=self.domain, systems=(lists,))).decide_read(self.operation)
        rules = policy(charter(domain=self.domain, grants=(Grant(operation=self.operation),)))
        return rules.decide(action(self.operation, **self.action), Facts(stage=self.stage, **self.facts))


def _of(operation: str, **more: Any) -> Example:
    return Example(operation=operation, **more)


def _said(**more: Any) -> Example:
    return Example(action=more)


def _for(domain: Domain, operation: str = "erp.write_note", stage: Stage = Stage.HIGH_TRUST, **more: Any) -> Example:
    return Example(operation=operation, domain=domain, stage=stage, action=more)


CX, IT, HR = Domain.CUSTOMER_EXPERIENCE, Domain.IT_OPERATIONS, Domain.HUMAN_RESOURCES
FINANCE, REVENUE, SECURITY = Domain.FINANCE, Domain.REVENUE, Domain.SECURITY
EARLY, CONDITIONAL, TRUSTED = Stage.SUPERVISED, Stage.CONDITIONAL, Stage.HIGH_TRUST

EXAMPLES = {
    "halted": (Example(facts={"halts": ("everything",)}), Example()),
    "seat-vacant": (Example(facts={"vacant_seats": ("accountable",)}), Example()),
    "over-budget": (Example(facts={"over_budget": ("money",)}), Example()),
    "over-limit": (Example(facts={"over_limits": ("recipients",)}), Example()),
    "money-uncounted": (Example(facts={"is_counted": False}), Example()),
    "confidence-out-of-range": (_said(confidence=1001), _said(confidence=1000)),
    "amount-negative": (_said(amount=-1, currency="EUR"), _said(amount=0, currency="EUR")),
    "amount-without-currency": (_said(amount=1), _said(amount=1, currency="EUR")),
    "reversal": (Example(facts={"is_reversal": True}), Example()),
    "origin-unproven": (_said(unproven={"to": "said by a customer"}), Example()),
    "brand-published": (_of("site.publish_page"), _of("erp.write_note")),
    "needs_human_approval_over_100": (
        _for(CX, "desk.refund_customer", amount=100_01, currency="USD"),
        _for(CX, "desk.refund_customer", amount=100_00, currency="USD"),
    ),
    "support-unsure": (_for(CX, confidence=599), _for(CX, confidence=600)),
    "support-sensitive": (
        _for(CX, "mail.draft_message", concerns={"angry"}),
        _for(CX, "mail.draft_message", concerns={"unusual"}),
    ),
    "support-category": (
        _for(CX, "desk.close_case", EARLY, category="billing"),
        _for(CX, "desk.close_case", EARLY, category="password"),
    ),
    "support-unsure-billing": (
        _for(CX, category="billing", confidence=849),
        _for(CX, category="how-to", confidence=849),
    ),
    "case-by-others": (_for(FINANCE, "desk.note_case"), _for(CX, "desk.note_case")),
    "payroll-read": (_for(REVENUE, "people.read_salary"), _for(FINANCE, "people.read_salary")),
    "security-log-read": (_for(HR, "siem.read_events"), _for(IT, "siem.read_events")),
    "health-read": (_for(SECURITY, "people.read_illness"), _for(HR, "people.read_illness")),
    "books-read": (_for(CX, "erp.read_payments"), _for(FINANCE, "erp.read_payments")),
    "external-destination": (_of("mail.draft_message", stage=CONDITIONAL), _of("mail.draft_message", stage=TRUSTED)),
    "external-unsure": (_for(CX, "mail.draft_message", confidence=699), _for(CX, "mail.draft_message", confidence=700)),
    "finance-money": (
        _for(FINANCE, "erp.hold_invoice", EARLY, amount=1, currency="EUR"),
        _for(FINANCE, "erp.hold_invoice", CONDITIONAL, amount=1, currency="EUR"),
    ),
    "finance-high-risk": (_for(FINANCE, "erp.change_vendor"), _for(FINANCE, "crm.update_account")),
    "finance-unusual": (_for(FINANCE, concerns={"unusual"}), _for(CX, concerns={"unusual"})),
    "hiring-decision": (_for(HR, "people.reject_applicant"), _for(HR, "erp.write_note")),
    "hr-person": (_for(HR, "crm.update_account"), _for(HR, "erp.write_note")),
    "hr-unsure": (_for(HR, confidence=799), _for(HR, confidence=800)),
    "blind-repeat": (_of("pager.ring_bell"), _of("erp.write_note")),
    "irreversible": (_of("crm.merge_accounts"), _of("crm.update_account")),
    "it-high-risk": (_for(IT, "erp.change_vendor"), _for(IT, "crm.update_account")),
    "it-remediation": (_for(IT, "cloud.change_route"), _for(IT, "cloud.restart_server")),
    "it-early": (_for(IT, "cloud.restart_server", EARLY), _for(IT, "cloud.restart_server", CONDITIONAL)),
    "it-irreversible": (_for(IT, "crm.drop_tag"), _for(IT, "siem.log_finding")),
    "legal-commitment": (_of("site.publish_page"), _of("erp.write_note")),
    "legal-answer": (
        _for(CX, "mail.draft_message", concerns={"legal"}),
        _for(CX, "desk.close_case", concerns={"legal"}),
    ),
    "money-large": (_said(amount=10_000_01, currency="EUR"), _said(amount=10_000_00, currency="EUR")),
    "access-broad": (_of("cloud.grant_access"), _of("cloud.restart_server")),
    "production-change": (_of("cloud.change_route"), _of("cloud.restart_server")),
    "revenue-outbound": (
        _for(REVENUE, "mail.draft_message", EARLY),
        _for(REVENUE, "mail.draft_message", CONDITIONAL),
    ),
    "revenue-outbound-risk": (_for(REVENUE, "mail.send_message"), _for(REVENUE, "mail.draft_message")),
    "security-read-only": (_for(SECURITY, "crm.drop_tag"), _for(SECURITY, "siem.log_finding")),
    "security-remediation": (_for(SECURITY, "cloud.restart_server"), _for(SECURITY, "siem.log_finding")),
    "security-unsure": (_for(SECURITY, confidence=899), _for(SECURITY, confidence=900)),
    "health-stays": (_of("people.send_illness"), _of("people.note_illness")),
    "health-seen": (_of("people.note_illness"), _of("people.share_file")),
    "personal-leaves": (_of("people.share_file"), _of("people.reject_applicant")),
    "stage-assistive": (Example(stage=Stage.ASSISTIVE), Example(stage=EARLY)),
    "stage-supervised": (_of("crm.update_account", stage=EARLY), _of("erp.write_note", stage=EARLY)),
    "stage-conditional": (
        _for(CX, "erp.change_vendor", CONDITIONAL),
        _for(CX, "crm.update_account", CONDITIONAL),
    ),
    "stage-high-trust": (_of("mail.send_message"), _of("erp.change_vendor")),
}
"""By rule: an action it speaks to, and one it does not."""


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_a_rule_speaks_for_what_it_says_and_for_nothing_else(rule: str) -> None:
    """Each packaged rule speaks to one example, asks or forbids as it says, and is silent to one much like it."""
    meant, other = EXAMPLES[rule]
    [packaged] = [each for each in house().rules if each.id == rule]

    decision = meant.decided()

    assert rule in decision.rules
    assert packaged.sentence in decision.reasons
    assert decision.verdict == ("review" if packaged.approvals else "forbid")
    assert set(packaged.roles) <= set(decision.roles)
    assert rule not in other.decided().rules


def test_every_packaged_rule_has_its_examples() -> None:
    """No rule comes with the house that no example shows."""
    assert {rule.id for rule in house().rules} == EXAMPLES.keys()


def test_a_refund_above_a_hundred_is_held_for_its_known_reason() -> None:
    """A refund of 100.01 is not performed: a support reviewer is asked, by the rule's own code."""
    decision = _for(CX, "desk.refund_customer", CONDITIONAL, amount=100_01, currency="USD").decided()

    assert decision.verdict == "review"
    assert decision.rules == ("needs_human_approval_over_100",)
    assert decision.roles == ("support-reviewer",)


@pytest.mark.parametrize("word", ["angri", "", "legal\u0430", 7])
def test_a_concern_nobody_knows_forbids(word: Any) -> None:
    """A word that is no concern cannot be asked about, so nothing is permitted."""
    decision = policy().decide(action(concerns=frozenset({word})), facts())

    assert decision.verdict == "forbid"
    assert decision.errors


def test_a_decision_can_be_decided_again_from_what_it_was_asked() -> None:
    """What stands in a decision is enough to come to the same decision under the same rules."""
    rules = policy(charter(domain=FINANCE, grants=(Grant(operation="erp.pay_invoice"),)))
    asked = action("erp.pay_invoice", amount=2_000_000, currency="EUR", concerns=frozenset({"unusual"}), tier="gold")
    decision = rules.decide(asked, facts(EARLY, approvals=frozenset({"finance-reviewer"}), approvers=1))

    again = rules.decide_asked("note-taker", "erp.pay_invoice", decision.as_json()["asked"])

    assert again == decision
