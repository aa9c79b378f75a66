"""Measures of a period: what was done, how well, and how far it is trusted; each with how many cases it rests on.

Each looks at a bounded number of rows, the newest of the period, and says when there were more.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from remit.errors import InputInvalid
from remit.governance.shares import Share
from remit.store.database import Database, Row

MOST: Final = 5_000
"""runs, with their writes, and reviews and handoffs that are measured"""
MOST_COSTED: Final = 2_000
"""runs whose every step is added up"""
PARTS: Final = 24
"""into how many a period is cut for a drawing"""
_LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is measured: a period, of one worker, of one domain, or of all."""

    since: datetime
    until: datetime
    worker: str = ""
    domain: str = ""

    def check(self) -> None:
        """Make sure that it can be measured.

        Raises:
            InputInvalid: It ends before it begins, is longer than a year, or names what cannot be a name.
        """
        if self.until <= self.since:
            raise InputInvalid("the period ends before it begins. Exchange `from` and `to`")
        if self.until - self.since > _LONGEST:
            raise InputInvalid("the period is longer than a year. Take a shorter one")
        if "\0" in self.worker + self.domain:
            raise InputInvalid("a name holds a character nobody sees. Remove it")

    @property
    def part(self) -> timedelta:
        """How long one part of the drawing is."""
        return (self.until - self.since) / PARTS

    @property
    def asked(self) -> tuple[datetime, datetime, str, str]:
        """What every statement is given first."""
        return self.since, self.until, self.worker, self.domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The runs opened in one part of the period."""

    since: datetime
    runs: int = 0
    done: int = 0
    exceptions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that is measured of one period."""

    span: Span
    parts: Sequence[Part]
    runs: int
    done: int
    exceptions: int
    stopped: int
    reversals: int
    typical: float | None
    """seconds from the signal to the end, of half of the runs that are done; None when none is"""
    actions: Mapping[str, int]
    """writes by what became of them: decided, performed, alone, forbidden, failed, doubted"""
    reviews: Mapping[str, Any]
    """decided, edited, rejected, and the median seconds they waited"""
    costs: Sequence[Row]
    """by how runs ended"""
    handoffs: Sequence[Row]
    """by path"""
    spikes: Sequence[Row]
    cut_at: datetime | None
    """from when on it is measured, when there were more runs than are looked at"""

    @property
    def failing(self) -> Share:
        """The share of the ended runs that ended as an exception."""
        return Share(part=self.exceptions, whole=self.done + self.exceptions + self.stopped)

    @property
    def alone(self) -> Share:
        """The share of the writes that took effect without asking anybody."""
        return Share(part=self.actions["alone"], whole=self.actions["performed"])

    @property
    def overridden(self) -> Share:
        """The share of the reviews that people edited or rejected."""
        return Share(part=self.reviews["edited"] + self.reviews["rejected"], whole=self.reviews["decided"])

    @property
    def forbidden(self) -> Share:
        """The share of the writes a rule forbade."""
        return Share(part=self.actions["forbidden"], whole=self.actions["decided"])

    @property
    def failed(self) -> Share:
        """The share of the writes that a system refused, or of which nobody can tell whether they took effect."""
        return Share(part=self.actions["failed"] + self.actions["doubted"], whole=self.actions["decided"])

    @property
    def taken_back(self) -> Share:
        """The share of the runs that take back what another did, of those that took effect."""
        return Share(part=min(self.reversals, self.actions["performed"]), whole=self.actions["performed"])

    @property
    def handed_over(self) -> Share:
        """The share of the runs that handed work to another domain."""
        opened = sum(row["opened"] for row in self.handoffs)
        return Share(part=min(opened, self.runs), whole=self.runs)


async def measure(database: Database, span: Span) -> Measured:
    """Measure a period.

    Raises:
        InputInvalid: It cannot be measured.
    """
    span.check()
    seconds = span.part.total_seconds()
    parts, actions, reviews, costs, handoffs, spikes = await asyncio.gather(
        database.fetch("measure_runs", *span.asked, seconds, MOST),
        database.fetch_row("measure_actions", *span.asked, MOST),
        database.fetch_row("measure_reviews", *span.asked, MOST),
        database.fetch("measure_costs", *span.asked, MOST_COSTED),
        database.fetch("measure_handoffs", *span.asked, MOST),
        database.fetch("list_spikes", span.since.date(), span.until.date(), span.worker, span.domain, 10),
    )
    lasted = [each for row in parts for each in row["lasted"]]
    runs = sum(row["runs"] for row in parts)
    return Measured(
        span=span,
        parts=_parts(span, parts),
        runs=runs,
        **{name: sum(row[name] for row in parts) for name in ("done", "exceptions", "stopped", "reversals")},
        typical=median(lasted) if lasted else None,
        actions=dict(actions or {}),
        reviews=dict(reviews or {}),
        costs=costs,
        handoffs=handoffs,
        spikes=spikes,
        cut_at=min(row["oldest"] for row in parts) if runs >= MOST else None,
    )


def _parts(span: Span, rows: Sequence[Row]) -> Sequence[Part]:
    found = {min(row["part"], PARTS - 1): row for row in rows}
    names = ("runs", "done", "exceptions")
    return [
        Part(
            since=span.since + span.part * at,
            **{name: found[at][name] if at in found else 0 for name in names},
        )
        for at in range(PARTS)
    ]
