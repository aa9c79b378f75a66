"""Budgets: reserved with the intent, spent or released with the receipt, in the same transactions.

A reservation of a process that died stays until the run is settled by whoever takes it over.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from remit.charters.charter import Charter
from remit.connections.action import Action
from remit.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What one action holds of one budget."""

    name: str
    """`money`, `actions`, or `operation:` and the operation"""
    day: date
    quantity: int
    limit: int

    def as_json(self) -> dict[str, Any]:
        """The reservation as it stands on the action."""
        return {"name": self.name, "day": self.day.isoformat(), "quantity": self.quantity}


def needed(action: Action, charter: Charter, now: datetime) -> tuple[Reservation, ...]:
    """Tell what an action would use of the budgets its charter limits, in a fixed order so that nobody deadlocks.

    Money in another currency than the budget's is not counted here: the rules do not permit it alone.
    """
    grant, budget, day = charter.grant(action.operation), charter.budget, now.date()
    amount = action.amount if type(action.amount) is int else 0  # what is no amount of money, the rules forbid
    lines = [
        ("actions", 1, budget.actions),
        ("money", amount, budget.money if action.currency == budget.currency else None),
        (f"operation:{action.operation}", 1, grant.per_day if grant else None),
    ]
    return tuple(
        Reservation(name=name, day=day, quantity=quantity, limit=limit)
        for name, quantity, limit in lines
        if limit is not None and quantity > 0
    )


def exceeded(reservations: tuple[Reservation, ...], used: dict[str, int]) -> tuple[str, ...]:
    """Name the budgets that an action would exceed, given what is reserved and spent; `per_day` is a rule's matter."""
    return tuple(
        line.name
        for line in reservations
        if not line.name.startswith("operation:") and used.get(line.name, 0) + line.quantity > line.limit
    )


async def reserve(transaction: Transaction, worker: str, reservations: tuple[Reservation, ...]) -> str | None:
    """Reserve; give the name of the first budget that has not enough left, if any, and then roll back."""
    for line in reservations:
        if not await transaction.fetch_value("reserve_budget", worker, line.day, line.name, line.quantity, line.limit):
            return line.name
    return None
