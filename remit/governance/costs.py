"""What was spent: judgements and calls by run, by action and by outcome. Everything stands on the recorded steps."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from remit.errors import InputInvalid
from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which runs are asked for: those opened in a period, of one worker or of all."""

    since: datetime
    until: datetime
    worker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCost:
    """What one kind of ending of a worker's runs took together."""

    worker: str
    outcome: str
    """how the runs ended: done, exception, stopped; or where they are now"""
    runs: int
    cost: int
    """of judgements, in millionths of the currency"""
    tokens: int
    calls: int
    """reads, writes and judgements"""
    actions: int
    """writes that took effect"""

    @property
    def per_run(self) -> float:
        """What one such outcome cost on average, in millionths."""
        return self.cost / self.runs

    @property
    def per_action(self) -> float | None:
        """What one write that took effect cost on average; None when there was none."""
        return self.cost / self.actions if self.actions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCost:
    """One write that took effect, with its share of what its run cost."""

    run: UUID
    step: int
    worker: str
    operation: str
    cost: int
    """in millionths; the shares of a run's writes add up to what the run cost"""


async def costs(database: Database, period: Period) -> list[OutcomeCost]:
    """Tell what outcomes cost, by worker and outcome.

    Raises:
        InputInvalid: The period ends before it begins.
    """
    rows = await database.fetch("sum_costs", *_checked(period))
    return [OutcomeCost(**row) for row in rows]


async def action_costs(
    database: Database, period: Period, *, limit: int, newest: int | None = None
) -> list[ActionCost]:
    """Tell what each write cost, the dearest first; of the newest runs alone, where it is said how many.

    Raises:
        InputInvalid: The period ends before it begins.
    """
    rows = await database.fetch("list_action_costs", *_checked(period), limit, newest)
    return [ActionCost(**row) for row in rows]


def _checked(period: Period) -> tuple[datetime, datetime, str]:
    if period.until <= period.since:
        raise InputInvalid("the period ends before it begins. Exchange `since` and `until`")
    return period.since, period.until, period.worker
