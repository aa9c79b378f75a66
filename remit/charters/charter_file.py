"""Reads a charter from YAML. Every problem names file, line and, where there is one, the nearest valid word."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from remit.charters.charter import (
    Access,
    Charter,
    Condition,
    EscalationPath,
    Grant,
    Identity,
    Informed,
    Prohibition,
    ReviewRule,
    Seats,
    Trigger,
)
from remit.charters.charter_faults import check, write_faults
from remit.charters.charter_form import (
    CharterForm,
    ConditionForm,
    GrantForm,
    ReviewForm,
    SeatsForm,
    TriggerForm,
)
from remit.charters.charter_text import read_text
from remit.charters.limits import Budget, Limits
from remit.charters.limits_form import BudgetForm
from remit.errors import CharterInvalid


@lru_cache(maxsize=256)
def parse_charter(text: str, *, file: str) -> Charter:
    """Read a charter.

    Raises:
        CharterInvalid: It breaks a rule of charters; every problem stands on a line of its own.
    """
    read = read_text(text, file=file)
    form, faults = check(read)
    if form is None:
        raise CharterInvalid(write_faults(faults, read, file))
    return _charter(form)


def _charter(form: CharterForm) -> Charter:
    return Charter(
        name=form.name,
        title=form.title,
        domain=form.domain,
        purpose=form.purpose,
        process=form.process,
        business_owner=form.owners.business,
        technical_owner=form.owners.technical,
        seats=_seats(form.seats),
        triggers=tuple(_trigger(trigger) for trigger in form.triggers),
        systems=tuple(Access(**dict(access)) for access in form.systems),
        grants=tuple(_grant(grant) for grant in form.grants),
        prohibitions=tuple(Prohibition(**dict(each)) for each in form.prohibitions),
        reviews=tuple(_review(rule) for rule in form.reviews),
        escalation_contacts=form.escalation_contacts,
        escalation_paths=tuple(EscalationPath(**dict(path)) for path in form.escalation_paths),
        budget=_budget(form.budget),
        workflow_budget=_budget(form.workflow_budget),
        limits=Limits(**dict(form.limits)),
        identity=Identity(**form.identity.model_dump(exclude_none=True)),
        retention_days=form.retention.days,
        review_within=form.review_within,
    )


def _seats(form: SeatsForm) -> Seats:
    informed = tuple(Informed(on=on, people=people) for on, people in form.informed.items())
    fields: dict[str, Any] = {**dict(form), "informed": informed}
    return Seats(**fields)


def _trigger(form: TriggerForm) -> Trigger:
    return Trigger(
        name=form.name,
        event=form.event or "",
        where=tuple(_condition(field, each) for field, each in form.where.items()),
        cron=form.cron or "",
        since=form.since or "",
        by=form.by or "",
        days=form.days or 0,
        own=form.own,
    )


def _condition(field: str, form: ConditionForm) -> Condition:
    return Condition(field=field, equals=form.equals, is_in=tuple(form.in_), over=form.over, under=form.under)


def _grant(form: GrantForm) -> Grant:
    limit, currency = form.limit or (None, "")
    money, day_currency = form.money_per_day or (None, "")
    plain = Grant(operation=form.operation, stage=form.stage, per_day=form.per_day, because=form.because)
    capped = replace(plain, money_per_day=money, day_currency=day_currency, recipients=form.recipients)
    return replace(capped, limit=limit, currency=currency, seats=_seats(form.seats) if form.seats else None)


def _review(form: ReviewForm) -> ReviewRule:
    amount, currency = form.amount_over or (None, "")
    return ReviewRule(
        name=form.name,
        operations=form.operations,
        risks=form.risks,
        tiers=form.tiers,
        stages=form.stages,
        domains=form.domains,
        amount_over=amount,
        currency=currency,
        confidence_under=form.confidence_under,
        roles=tuple(role.value for role in form.roles),
        approvals=form.approvals,
        because=form.because,
    )


def _budget(form: BudgetForm) -> Budget:
    money, currency = form.money or (None, "")
    fields: dict[str, Any] = {**dict(form), "money": money, "currency": currency}
    return Budget(**fields)
