"""The most a worker could do wrong in a day before a person sees it, from its charter, its stages and the rules.

The worker is taken to be as bad as it can be: it may state any amount, currency, tier, category and confidence, and
begin as many runs as it likes; `worst.py` asks the rules what they permit it without an approval.

It does not know what a single write does inside the connected system: a write counts as one, and its money as the
amount the operation declares.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from remit.charters.charter import Charter, Grant, Stage
from remit.charters.limits import OnSpike
from remit.connections.operation import Operation
from remit.governance.mandate import Mandate
from remit.governance.policy import Policy
from remit.governance.worst import OTHER, permitted
from remit.money import LARGEST, write_money

_MINUTES: Final = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationHarm:
    """The most one operation could do in a day (UTC) that no person approved."""

    operation: str
    actions: int | None
    """how many writes; None: there is no limit; 0: each is approved by a person first"""
    money: Mapping[str, int | None]
    """how much money by currency, in minor units; None: there is no limit. `XXX` is every currency not named"""
    recipients: tuple[str, ...] | None
    """to whom; None: it goes nowhere; empty: to anybody"""
    is_reversible: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """The most a worker could do in a day before a person sees it."""

    worker: str
    operations: tuple[OperationHarm, ...]
    actions: int | None
    """writes of all operations together"""
    money: Mapping[str, int | None]
    """of all operations together, by currency"""
    noticed: tuple[str, ...]
    """when a person hears of it at the soonest, in sentences"""


def harm_of(mandate: Mandate, stages: Mapping[str, Stage]) -> Harm:
    """Say the most a worker could do in a day.

    Args:
        mandate: Its charter and rules.
        stages: Where it stands, by operation; where it is not given, the grant's own stage.
    """
    charter, policy = mandate.charter, mandate.policy
    found = tuple(
        _of_operation(policy, grant, stages.get(grant.operation, grant.stage))
        for grant in charter.grants
        if grant.operation in policy.operations
    )
    writes = _least(_sum(one.actions for one in found), *_writes(charter))
    return Harm(
        worker=charter.name,
        operations=found,
        actions=writes,
        money=_money_of_all(charter, found),
        noticed=tuple(_noticed(charter, found)),
    )


# ── one operation ──────────────────────────────────────────────────────────────────────────────────────────────────


def _of_operation(policy: Policy, grant: Grant, stage: Stage) -> OperationHarm:
    charter, operation = policy.charter, policy.operations[grant.operation]
    largest = permitted(policy, grant, stage)
    actions = 0 if largest is None else _least(grant.per_day, *_writes(charter))
    at_once = {code: most for code, most in sorted((largest or {}).items()) if most > 0}
    money = {code: _day_of(charter, grant, code, most, actions) for code, most in at_once.items()}
    recipients = None if not operation.sinks else grant.recipients
    return OperationHarm(
        operation=grant.operation,
        actions=actions,
        money=money,
        recipients=recipients,
        is_reversible=operation.is_reversible,
        sentence=_say(operation, actions, money, recipients),
    )


# ── a day ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _writes(charter: Charter) -> tuple[int | None, ...]:
    """List what limits how often the worker writes in a day."""
    budget, shared, minute = charter.budget, charter.workflow_budget, charter.limits.writes_per_minute
    a_day = None if minute is None else minute * (_MINUTES + 1)
    return budget.actions, budget.calls, shared.actions, shared.calls, a_day


def _day_of(charter: Charter, grant: Grant, currency: str, largest: int, actions: int | None) -> int | None:
    """Give the most money of one currency that an operation moves in a day, when at most so much moves at once."""
    together = None if actions is None or largest >= LARGEST else largest * actions
    own = grant.money_per_day if currency == grant.day_currency else None
    return _least(together, own, *_money_caps(charter, currency))


def _money_caps(charter: Charter, currency: str) -> tuple[int | None, ...]:
    budgets = (charter.budget, charter.workflow_budget)
    return tuple(budget.money if budget.currency == currency else None for budget in budgets)


def _money_of_all(charter: Charter, found: Sequence[OperationHarm]) -> dict[str, int | None]:
    currencies = sorted({code for one in found for code in one.money})
    return {
        code: _least(_sum(one.money.get(code, 0) for one in found), *_money_caps(charter, code)) for code in currencies
    }


def _least(*given: int | None) -> int | None:
    return min((each for each in given if each is not None), default=None)


def _sum(given: Iterable[int | None]) -> int | None:
    total = 0
    for each in given:
        if each is None:
            return None
        total += each
    return total


# ── in words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _say(
    operation: Operation, actions: int | None, money: Mapping[str, int | None], recipients: tuple[str, ...] | None
) -> str:
    if actions == 0:
        return f"`{operation.name}`: a person approves each one first."
    often = "without a limit" if actions is None else f"at most {actions} times"
    moved = "".join(f", {_amount(code, most)}" for code, most in money.items())
    to = "" if recipients is None else f", to {', '.join(recipients) if recipients else 'anybody'}"
    back = "" if operation.is_reversible else "; nothing takes it back"
    return f"`{operation.name}`: {often} a day without a person{moved}{to}{back}."


def _amount(code: str, most: int | None) -> str:
    currency = "any other currency" if code == OTHER else code
    return f"money without a limit in {currency}" if most is None else f"at most {write_money(most, code)}"


def _noticed(charter: Charter, found: Sequence[OperationHarm]) -> Iterator[str]:
    yield "A day is a UTC day: around midnight two of them follow each other, so twice as much can be done in an hour."
    if any(one.actions == 0 for one in found):
        yield "Whatever a person approves first is seen before it happens."
    if any(limit is not None for limit in (*_writes(charter), charter.budget.money, charter.workflow_budget.money)):
        yield "Both owners are told when a budget of the day is used up."
    factor = f"{charter.limits.spike_factor:g} times what it usually does in a day"
    if charter.limits.on_spike is OnSpike.STOP:
        yield f"When it does more than {factor}, it is stopped and both owners are told, within minutes."
    else:
        yield f"When it does more than {factor}, both owners are told within minutes; nothing stops it by itself."
    yield "Nobody is sure to look before the next day: what is said here can all have happened by then."
