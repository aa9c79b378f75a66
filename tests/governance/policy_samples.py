"""Operations, charters, actions and facts the policy tests share."""

import random
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from remit.charters.charter import (
    Access,
    Charter,
    Domain,
    Grant,
    Prohibition,
    ReviewRule,
    Seats,
    Stage,
)
from remit.connections.action import Action, Concern
from remit.connections.operation import Kind, Operation, Repeat, Risk, Touch
from remit.governance.decision import Facts
from remit.governance.house import HouseRules
from remit.governance.policy import Policy
from remit.governance.rule import ROLES

RUN = UUID(int=7)


def write(name: str, risk: Risk, **more: Any) -> Operation:
    """A writing operation."""
    return Operation(name=name, kind=Kind.WRITE, summary="does something", risk=risk, **more)


def read(name: str, *touches: Touch) -> Operation:
    """A reading operation that shows this."""
    return Operation(name=name, kind=Kind.READ, summary="looks something up", touches=frozenset(touches))


OPERATIONS = {
    operation.name: operation
    for operation in (
        read("erp.read_invoice"),
        read("crm.read_account"),
        read("crm.read_contact", Touch.PERSONAL),
        read("erp.read_payments", Touch.BOOKS),
        read("people.read_salary", Touch.PAYROLL),
        read("people.read_illness", Touch.HEALTH),
        read("siem.read_events", Touch.SECURITY_LOG),
        write("erp.write_note", Risk.LOW, reversed_by="erp.remove_note", touches=frozenset({Touch.LOG})),
        write("erp.hold_invoice", Risk.LOW, reversed_by="erp.release_invoice", amount="total"),
        write("erp.pay_invoice", Risk.HIGH, sinks=("account",), amount="total", repeat=Repeat.FINDABLE),
        write("erp.change_vendor", Risk.HIGH, reversed_by="erp.change_vendor", sinks=("account",)),
        write("crm.update_account", Risk.MEDIUM, reversed_by="crm.update_account"),
        write("crm.merge_accounts", Risk.MEDIUM),
        write("crm.drop_tag", Risk.LOW),
        write("mail.send_message", Risk.HIGH, sinks=("recipient",), repeat=Repeat.BLIND),
        write("mail.draft_message", Risk.LOW, reversed_by="mail.drop_draft", sinks=("recipient",)),
        write("desk.refund_customer", Risk.MEDIUM, reversed_by="desk.charge_customer", amount="amount"),
        write("desk.close_case", Risk.LOW, reversed_by="desk.open_case", touches=frozenset({Touch.RESOLUTION})),
        write("desk.note_case", Risk.LOW, reversed_by="desk.drop_note", touches=frozenset({Touch.CASE})),
        write("siem.log_finding", Risk.LOW, touches=frozenset({Touch.LOG})),
        write(
            "cloud.restart_server", Risk.LOW, touches=frozenset({Touch.PRODUCTION, Touch.REMEDIATION, Touch.RUNBOOK})
        ),
        write("cloud.change_route", Risk.MEDIUM, touches=frozenset({Touch.PRODUCTION, Touch.REMEDIATION})),
        write("cloud.grant_access", Risk.MEDIUM, reversed_by="cloud.take_access", touches=frozenset({Touch.ACCESS})),
        write("people.reject_applicant", Risk.LOW, touches=frozenset({Touch.HIRING, Touch.PERSONAL})),
        write("people.share_file", Risk.LOW, sinks=("to",), touches=frozenset({Touch.PERSONAL})),
        write("people.note_illness", Risk.LOW, touches=frozenset({Touch.HEALTH})),
        write("people.send_illness", Risk.LOW, sinks=("to",), touches=frozenset({Touch.HEALTH})),
        write(
            "site.publish_page", Risk.LOW, reversed_by="site.remove_page", touches=frozenset({Touch.BRAND, Touch.LEGAL})
        ),
        write("pager.ring_bell", Risk.LOW, reversed_by="pager.stop_bell", repeat=Repeat.BLIND),
    )
}
READS = sorted(name for name, operation in OPERATIONS.items() if operation.kind is Kind.READ)
WRITES = sorted(name for name, operation in OPERATIONS.items() if operation.kind is Kind.WRITE)


@cache
def house() -> HouseRules:
    """The packaged house rules."""
    return HouseRules.load()


def charter(**changes: Any) -> Charter:
    """A charter that grants two harmless writes."""
    seats = Seats(accountable="ada", system_owner="ben", risk_owner="cy")
    plain = Charter(
        name="note-taker",
        title="Note taker",
        domain=Domain.REVENUE,
        purpose="Keeps notes.",
        process="notes",
        business_owner="ada",
        technical_owner="ben",
        seats=seats,
        triggers=(),
        systems=(Access(system="crm", reads=("crm.read_account",)),),
        grants=(Grant(operation="erp.write_note"), Grant(operation="crm.update_account")),
        escalation_contacts=("ada",),
    )
    return replace(plain, **changes)


def policy(given: Charter | None = None, rules: HouseRules | None = None) -> Policy:
    """The policy of a charter under the packaged house rules."""
    return Policy.build(given or charter(), OPERATIONS, rules or house())


def action(operation: str = "erp.write_note", **changes: Any) -> Action:
    """An action of the sample worker."""
    plain = Action(run=RUN, step=1, worker="note-taker", operation=operation, arguments={"text": "hello"})
    return replace(plain, **changes)


def facts(stage: Stage = Stage.HIGH_TRUST, **changes: Any) -> Facts:
    """Facts under which nothing stands in the way."""
    return replace(Facts(stage=stage), **changes)


def approved(before: Facts, roles: tuple[str, ...], people: int) -> Facts:
    """The same facts after these roles and this many people have approved."""
    return replace(before, approvals=before.approvals | set(roles), approvers=max(before.approvers, people))


def random_charter(dice: random.Random) -> Charter:
    """Any charter that passes the checks."""
    granted = dice.sample(WRITES, dice.randint(0, 7))
    return charter(
        name=dice.choice(["note-taker", "invoice-review", 'odd "name" \\ \n 🦉']),
        domain=dice.choice(list(Domain)),
        grants=tuple(_random_grant(dice, operation) for operation in granted),
        prohibitions=tuple(
            Prohibition(operation=operation, because="no")
            for operation in dice.sample(["erp.*", "mail.*", "erp.pay_invoice", "crm.drop_tag"], dice.randint(0, 1))
        ),
        reviews=tuple(_random_review(dice, number) for number in range(dice.randint(0, 4))),
    )


def random_action(dice: random.Random, worker: str, operations: tuple[str, ...]) -> Action:
    """Any action, mostly of a granted operation."""
    amount = dice.choice([None, None, -1, 0, 500, 10_000, 10_001, 1_000_000, 1_000_001, 2**63 - 1, 2**63, 2**70])
    known = (
        dice.choice(operations) if operations and dice.random() < 0.8 else dice.choice([*WRITES, "erp.read_invoice"])
    )
    return action(
        dice.choice(["erp.pay_all", "", "erp"]) if dice.random() < 0.02 else known,
        worker="another" if dice.random() < 0.02 else worker,
        amount=amount,
        currency="" if amount is None else dice.choice(["EUR", "EUR", "EUR", "USD", ""]),
        confidence=dice.choice([-1, 0, 499, 599, 600, 699, 700, 799, 800, 900, 1000, 1000, 1000, 1001]),
        tier=dice.choice(["", "gold", "silver", 'o"dd']),
        category=dice.choice(["", "billing", "contract", "how-to", "password", "other"]),
        concerns=frozenset(dice.sample(list(Concern), dice.choice([0, 0, 0, 1, 2]))),
        unproven=dice.choice([{}, {}, {}, {"to": "nowhere"}]),
    )


def random_facts(dice: random.Random) -> Facts:
    """Any facts, mostly without a halt."""
    rare = dice.random()
    return facts(
        dice.choice(list(Stage)),
        halts=("everything",) if rare < 0.03 else (),
        vacant_seats=("risk_owner",) if 0.03 < rare < 0.06 else (),
        over_budget=("money",) if 0.05 < rare < 0.09 else (),
        over_limits=("recipients",) if 0.09 < rare < 0.12 else (),
        is_counted=not 0.12 < rare < 0.2,
        approvals=frozenset(dice.sample(sorted(ROLES), dice.choice([0, 0, 1, 2, 5, 11]))),
        approvers=dice.choice([0, 0, 1, 2, 3]),
        performed_today=dice.choice([0, 0, 1, 2, 3, 100]),
    )


def _random_grant(dice: random.Random, operation: str) -> Grant:
    limit = dice.choice([None, 0, 10_000, 2_000_000, 2**63 - 1]) if OPERATIONS[operation].amount else None
    return Grant(
        operation=operation,
        limit=limit,
        currency="EUR" if limit is not None else "",
        per_day=dice.choice([None, None, None, 0, 3]),
    )


def _random_review(dice: random.Random, number: int) -> ReviewRule:
    over = dice.choice([None, None, 0, 10_000])
    return ReviewRule(
        name=f"rule {number}",
        operations=tuple(dice.sample([*WRITES, "erp.*", "crm.*"], dice.choice([0, 0, 1, 4]))),
        risks=tuple(dice.sample(["low", "medium", "high"], dice.choice([0, 0, 1, 2]))),
        tiers=tuple(dice.sample(["gold", "silver", 'o"dd'], dice.choice([0, 0, 0, 1, 2]))),
        stages=tuple(dice.sample(list(Stage), dice.choice([0, 0, 1, 2]))),
        domains=tuple(dice.sample(list(Domain), dice.choice([0, 0, 0, 3]))),
        amount_over=over,
        currency="EUR" if over is not None else "",
        confidence_under=dice.choice([None, None, 0, 600, 1001]),
        roles=tuple(dice.sample(sorted(ROLES), dice.choice([1, 1, 2]))),
        approvals=dice.choice([1, 1, 2, 3]),
    )
