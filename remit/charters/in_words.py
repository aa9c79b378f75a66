"""Says a charter in plain sentences, for people who sign it."""

from collections.abc import Iterable, Iterator

from remit.charters.charter import (
    Access,
    Charter,
    Condition,
    EscalationPath,
    Grant,
    Identity,
    Looped,
    ReviewRule,
    Seats,
    Stage,
    Trigger,
)
from remit.charters.limits import Budget, Limits, OnSpike
from remit.charters.money import write_duration
from remit.money import write_money

_STAGES = {
    Stage.ASSISTIVE: "a person approves every time",
    Stage.SUPERVISED: "alone only at low risk",
    Stage.CONDITIONAL: "alone within its conditions",
    Stage.HIGH_TRUST: "alone, and people audit it",
}


_LOOPED = {
    Looped.PERFORMED: "took effect",
    Looped.FAILED: "failed",
    Looped.FORBIDDEN: "was forbidden",
    Looped.DOUBTED: "is in doubt",
}


def describe(charter: Charter) -> tuple[str, ...]:
    """Say what a charter says, each thing in a sentence, from purpose to budget."""
    return (
        f"{charter.title} works for {_plain(charter.domain)} in {charter.process}.",
        _sentence(charter.purpose),
        f"{charter.business_owner} owns its value, {charter.technical_owner} its safety.",
        *_identity(charter.identity),
        _seats(charter.seats),
        *(f"It begins when {describe_trigger(trigger)}." for trigger in charter.triggers),
        *(_access(access) for access in charter.systems),
        *(_grant(grant) for grant in charter.grants),
        *(_prohibition(each.operation, each.because) for each in charter.prohibitions),
        *(_review(rule) for rule in charter.reviews),
        f"A review nobody answers within {write_duration(charter.review_within)} counts as rejected.",
        f"When it cannot go on it asks {_listed(charter.escalation_contacts, 'and then')}.",
        *(_path(path) for path in charter.escalation_paths),
        *(f"In a day {limit}." for limit in describe_budget(charter.budget)),
        *_workflow(charter),
        *(f"{limit}." for limit in describe_limits(charter.limits)),
        f"What it did is kept for {charter.retention_days} days.",
    )


def describe_trigger(trigger: Trigger) -> str:
    """Say what starts a worker, to follow `when`."""
    if trigger.cron:
        return f"the clock reaches `{trigger.cron}` (UTC)"
    if trigger.since:
        return f"no `{trigger.since}` came for the same `{trigger.by}` for {trigger.days:g} days"
    where = _listed([_condition(condition) for condition in trigger.where], "and")
    return f"`{trigger.event}` comes" + (f" and {where}" if where else "")


def describe_boundaries(charter: Charter) -> tuple[str, ...]:
    """Say the limits of every grant and of the day."""
    grants = (f"`{grant.operation}`: {', '.join([*_limits(grant), _STAGES[grant.stage]])}." for grant in charter.grants)
    return (*grants, *(f"In a day {limit}." for limit in describe_budget(charter.budget)))


def describe_budget(budget: Budget) -> Iterator[str]:
    """Say the limits of a day, each to follow `in a day`."""
    if budget.money is not None:
        yield f"it moves at most {write_money(budget.money, budget.currency)}"
    if budget.actions is not None:
        yield f"it writes at most {budget.actions} times"
    if budget.cost is not None:
        yield f"it spends at most {budget.cost / 1_000_000:g} on judgements"
    if budget.tokens is not None:
        yield f"language models read and write at most {budget.tokens} tokens for it"
    if budget.calls is not None:
        yield f"it reads, writes and judges at most {budget.calls} times"
    if budget == Budget():
        yield "it has no limit over all"


def describe_limits(limits: Limits) -> Iterator[str]:
    """Say what stops a run or the worker by itself."""
    yield f"A run ends after {limits.steps_per_run} steps, or when it asks the same more than {limits.same_step} times"
    yield f"One story begins it at most {limits.runs_per_trace} times"
    if limits.runs_per_hour is not None:
        yield f"It begins about the same thing at most {limits.runs_per_hour} times an hour"
    if limits.records_per_run is not None:
        yield f"A run changes at most {limits.records_per_run} things"
    if limits.writes_per_minute is not None:
        yield f"It writes at most {limits.writes_per_minute} times a minute"
    if limits.runs_at_once is not None:
        yield f"At most {limits.runs_at_once} of its runs work at a time"
    stopped = " and it is stopped" if limits.on_spike is OnSpike.STOP else ""
    yield f"When it uses {limits.spike_factor:g} times what it usually does in a day, its owners are told{stopped}"


def _workflow(charter: Charter) -> Iterator[str]:
    if charter.workflow_budget != Budget():
        for limit in describe_budget(charter.workflow_budget):
            yield f"Of {charter.process} as a whole, in a day: {limit}."


def _identity(identity: Identity) -> Iterator[str]:
    named = {"the account": identity.user, "the mail address": identity.mail}
    named |= {"the phone number": identity.phone, "the seat": identity.seat}
    said = [f"{what} {value}" for what, value in named.items() if value]
    if said:
        yield f"In the company it has {_listed(said, 'and')}."


def _seats(seats: Seats) -> str:
    said = f"{seats.accountable} is accountable, {seats.system_owner} owns the systems, {seats.risk_owner} the risk."
    said += f" It belongs to {seats.domain.replace('_', ' ')}." if seats.domain else ""
    asked = f" {_listed(seats.consulted, 'and')} can say something before a review is answered." * bool(seats.consulted)
    told = (f" When it {_LOOPED[each.on]}, {_listed(each.people, 'and')} is told." for each in seats.informed)
    return said + asked + "".join(told)


def _condition(condition: Condition) -> str:
    said: list[str] = []
    if condition.equals is not None:
        said.append(f"is {_value(condition.equals)}")
    if condition.is_in:
        said.append(f"is {_listed([_value(each) for each in condition.is_in], 'or')}")
    if condition.over is not None:
        said.append(f"is over {condition.over:.15g}")
    if condition.under is not None:
        said.append(f"is under {condition.under:.15g}")
    return f"`{condition.field}` {_listed(said, 'and')}"


def _access(access: Access) -> str:
    scope = f": {access.scope}" if access.scope else ""
    if not access.reads:
        return f"It reads nothing in {access.system}{scope}."
    return f"It may read {_listed([f'`{read}`' for read in access.reads], 'and')} in {access.system}{scope}."


def _grant(grant: Grant) -> str:
    seats = grant.seats
    answers = f" For this, {_seats(seats)}" if seats else ""
    limits = ", ".join([*_limits(grant), _STAGES[grant.stage]])
    return f"It may do `{grant.operation}`, {limits}: {_sentence(grant.because)}{answers}"


def _limits(grant: Grant) -> Iterator[str]:
    if grant.limit is not None:
        yield f"up to {write_money(grant.limit, grant.currency)}"
    if grant.per_day is not None:
        yield f"at most {grant.per_day} a day"
    if grant.money_per_day is not None:
        yield f"at most {write_money(grant.money_per_day, grant.day_currency)} a day"
    if grant.recipients:
        yield f"only to {_listed(grant.recipients, 'and')}"


def _prohibition(operation: str, because: str) -> str:
    what = f"use anything of {operation.removesuffix('.*')}" if operation.endswith(".*") else f"do `{operation}`"
    return f"It must never {what}: {_sentence(because)}"


def _review(rule: ReviewRule) -> str:
    what = _listed([f"`{name}`" for name in rule.operations], "or") or "anything"
    when = "".join(f", {condition}" for condition in _conditions(rule))
    people = f" ({rule.approvals} people)" if rule.approvals > 1 else ""
    return f"Before {what}{when} it asks {_listed(rule.roles, 'and')}{people}: {_sentence(rule.because)}"


def _conditions(rule: ReviewRule) -> Iterator[str]:
    if rule.risks:
        yield f"at {_listed(rule.risks, 'or')} risk"
    if rule.tiers:
        yield f"for {_listed(rule.tiers, 'or')}"
    if rule.stages:
        yield f"while {_listed([_plain(stage) for stage in rule.stages], 'or')}"
    if rule.domains:
        yield f"in {_listed([_plain(domain) for domain in rule.domains], 'or')}"
    if rule.amount_over is not None:
        yield f"above {write_money(rule.amount_over, rule.currency)} or in another currency"
    if rule.confidence_under is not None:
        yield f"when less than {rule.confidence_under / 10:g} % sure"


def _path(path: EscalationPath) -> str:
    draft = "Messages stay drafts until approved." if path.draft_only else "Messages may go out without approval."
    return (
        f"It hands over to {_plain(path.receiving_domain)}, to {path.owner}, with {_listed(path.context, 'and')}, "
        f"when: {_sentence(path.condition)} The receiver may: {_sentence(path.permitted_action)} "
        f"First: {_sentence(path.human_review)} {draft} Done means: {_sentence(path.completion)} "
        f"If it is not taken up within {write_duration(path.acknowledge_within)}, {path.failure_owner} is told."
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _plain(word: str) -> str:
    return str(word).replace("_", " ")


def _value(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _listed(words: Iterable[str], last: str) -> str:
    """Join words as people do: `a, b and c`."""
    *first, final = [*words] or [""]
    return f"{', '.join(first)} {last} {final}" if first else final
