"""The limits of one action besides budgets: to whom it goes, how many things its run changes, how fast it comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from remit.canonical import digest_of
from remit.charters.charter import Charter, Grant
from remit.connections.action import Action
from remit.connections.operation import Operation
from remit.governance.budgets import uncounted
from remit.governance.mandate import Mandate
from remit.governance.notices import Notice, notify
from remit.governance.recipients import strangers
from remit.store.database import Transaction

_MINUTE = 60.0
_LONGEST = 3600.0  # seconds a write may be booked ahead; who would wait longer asks again then


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Which limits an action would pass."""

    over: tuple[str, ...] = ()
    """limits of the charter, each with what passes it"""
    is_counted: bool = True
    """False when money would move that the budget of the worker or its workflow cannot count"""


async def measure(transaction: Transaction, action: Action, mandate: Mandate) -> Passed:
    """Tell which limits an action would pass."""
    charter, operation = mandate.charter, mandate.policy.operations.get(action.operation)
    if operation is None:  # no rule permits it
        return Passed()
    most = charter.limits.records_per_run
    records = 0 if most is None else await _count_records(transaction, action, operation)
    over = tuple(
        name
        for name in (
            *over_grant(action, operation, charter),
            f"records_per_run ({records} of {most})" if most is not None and records > most else "",
        )
        if name
    )
    return Passed(over=over, is_counted=counts(action, operation, charter))


def over_grant(action: Action, operation: Operation, charter: Charter) -> Iterator[str]:
    """Name the limits of its grant that an action would pass by itself, whatever was done before."""
    grant = charter.grant(action.operation) or Grant(operation=action.operation)
    if grant.recipients and (others := strangers(action, operation, grant.recipients)):
        yield f"recipients ({', '.join(others[:3])})"
    if grant.money_per_day is not None and (action.amount is None or action.currency != grant.day_currency):
        yield f"money_per_day (an amount in {grant.day_currency} is needed)"


def counts(action: Action, operation: Operation, charter: Charter) -> bool:
    """Tell whether the money an action moves can be counted by every budget of money it falls under."""
    moves_money = bool(operation.amount)
    budgets = (charter.budget, charter.workflow_budget)
    return not any(uncounted(action, budget, moves_money=moves_money) for budget in budgets)


def records_of(action: Action, operation: Operation) -> list[str]:
    """Name the things a write changes; where its operation does not say which, the write counts as one of its own."""
    named: Any = action.arguments.get(operation.record) if operation.record else None
    values: list[Any] = cast("list[Any]", named) if isinstance(named, list) and named else [named]
    whole: Any = [operation.name, action.arguments]
    return sorted({f"{operation.system}:{digest_of(whole if value is None else value)}" for value in values})


async def touch(transaction: Transaction, action: Action, mandate: Mandate) -> None:
    """Note what the run sets out to change, in the transaction of the intent."""
    if mandate.charter.limits.records_per_run is not None:
        records = records_of(action, mandate.policy.operations[action.operation])
        await transaction.execute("touch_records", action.run, records)


async def turn_of(transaction: Transaction, action: Action, charter: Charter, now: datetime) -> datetime | None:
    """Take the worker's next turn to write, once for each action; give when it comes, or None when that is now."""
    most = charter.limits.writes_per_minute
    if most is None:
        return None
    due_at = await transaction.fetch_value("find_turn", action.run, action.step)
    if due_at is None:
        # What one second allows may come at once.
        ahead = max(_MINUTE / most * (most / _MINUTE - 1), 0.0)
        row = await transaction.fetch_row("take_turn", f"worker:{charter.name}", _MINUTE / most, ahead, _LONGEST, now)
        due_at = now + timedelta(seconds=max(row["wait"] if row else _LONGEST, 0.0))
        if row and row["is_taken"]:
            await transaction.execute("note_turn", action.run, action.step, due_at)
    return due_at if due_at > now else None


async def tell_reached(transaction: Transaction, charter: Charter, names: tuple[str, ...], now: datetime) -> None:
    """Tell both owners that a budget of the day is used up: once a day for each."""
    notices = [
        Notice(
            key=f"budget.reached/{charter.name}/{name}/{now:%Y-%m-%d}/{owner}",
            kind="budget.reached",
            recipient=owner,
            title=f"{charter.title} has used up its budget of {name} for today",
            body="What needs more of it is forbidden, or ends with a person, until midnight (UTC).",
            link=f"/workers/{charter.name}",
        )
        for name in names
        for owner in sorted(set(charter.owners))
    ]
    await notify(transaction, *notices, now=now)


async def _count_records(transaction: Transaction, action: Action, operation: Operation) -> int:
    return int(await transaction.fetch_value("count_touched", action.run, records_of(action, operation)))
