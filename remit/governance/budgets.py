"""Budgets: reserved with the intent, spent or released with the receipt, in the same transactions.

A worker has its own, and shares those of its workflow with every worker of the same process. A reservation of a
process that died stays until the run is settled by whoever takes it over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from remit.charters.charter import Charter, Grant
from remit.charters.limits import Budget
from remit.connections.action import Action
from remit.store.database import Transaction

FROM_RULES: Final = "operation:"
"""Begins the name of a count that a rule of the charter compares, `per_day`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What one action holds of one budget."""

    holder: str
    """the worker, or `workflow:` and the slug of its process"""
    name: str
    """`money`, `actions`, `calls`, or `operation:` or `money:` and the operation"""
    day: date
    quantity: int
    limit: int

    @property
    def key(self) -> str:
        """The budget, as facts name it."""
        return f"{self.holder}/{self.name}"

    @property
    def title(self) -> str:
        """The budget, as people read it."""
        return f"{self.name} of the workflow" if self.holder.startswith("workflow:") else self.name

    def as_json(self) -> dict[str, Any]:
        """The reservation as it stands on the action."""
        return {"holder": self.holder, "name": self.name, "day": self.day.isoformat(), "quantity": self.quantity}


def workflow_of(charter: Charter) -> str:
    """Name the holder of the budgets that all workers of a process share."""
    return f"workflow:{charter.process_slug}"


def budget_names(operation: str) -> list[str]:
    """Name every budget that a write of an operation may use."""
    return ["actions", "calls", "money", f"money:{operation}", f"{FROM_RULES}{operation}"]


def needed(action: Action, charter: Charter, now: datetime) -> tuple[Reservation, ...]:
    """Tell what an action would use of the budgets its charter limits, in a fixed order so that nobody deadlocks.

    Money in another currency than the budget's cannot be counted here: `limits.py` tells, and the rules ask a person.
    """
    lines = (
        Reservation(holder=holder, name=name, day=now.date(), quantity=quantity, limit=limit)
        for holder, name, quantity, limit in _lines(action, charter)
        if limit is not None and quantity > 0
    )
    return tuple(sorted(lines, key=lambda line: (line.holder, line.name)))


def _lines(action: Action, charter: Charter) -> Iterator[tuple[str, str, int, int | None]]:
    for holder, budget in ((charter.name, charter.budget), (workflow_of(charter), charter.workflow_budget)):
        yield holder, "actions", 1, budget.actions
        yield holder, "calls", 1, budget.calls
        yield holder, "money", _amount(action, budget.currency), budget.money
    grant = charter.grant(action.operation) or Grant(operation=action.operation)
    yield charter.name, f"money:{action.operation}", _amount(action, grant.day_currency), grant.money_per_day
    yield charter.name, f"{FROM_RULES}{action.operation}", 1, grant.per_day


def _amount(action: Action, currency: str) -> int:
    # What is no amount of money, the rules forbid.
    return action.amount if type(action.amount) is int and action.currency == currency else 0


def uncounted(action: Action, budget: Budget, *, moves_money: bool) -> bool:
    """Tell whether money would move that a budget of money cannot count: in another currency, or of no known amount."""
    if budget.money is None or not moves_money:
        return False
    return action.amount is None or action.currency != budget.currency


def exceeded(reservations: tuple[Reservation, ...], used: dict[str, int]) -> tuple[str, ...]:
    """Name the budgets that an action would exceed, given what is reserved and spent; `per_day` is a rule's matter."""
    return tuple(
        line.title
        for line in reservations
        if not line.name.startswith(FROM_RULES) and used.get(line.key, 0) + line.quantity > line.limit
    )


async def reserve(transaction: Transaction, reservations: tuple[Reservation, ...]) -> str | None:
    """Reserve; give the name of the first budget that has not enough left, if any, and then roll back."""
    for line in reservations:
        what = (line.holder, line.day, line.name, line.quantity, line.limit)
        if not await transaction.fetch_value("reserve_budget", *what):
            return line.title
    return None
