"""How fast a system may be asked: so many at a time, so many a minute. Who would have to wait long is sent away.

With a database, what is counted a minute is counted over every process, and so are the places where the connection
says that they are the vendor's; a system that says when to come back is left alone by all. Without one, it is counted
in this process.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from remit import clock
from remit.errors import SystemBusy
from remit.store.database import Database

LONGEST_WAIT = 2.0  # seconds inside one call; a longer wait is the run's, which costs one row and no memory

_LOOK_EVERY: Final = 1.0  # seconds between two looks whether a system without a minute's count wants to be left alone
_RETRY: Final = 0.05  # seconds until one looks again for a free place
_MARGIN: Final = 5.0  # seconds a place outlasts the time limit of what is asked there
ASKED: Final = 1.0
"""Seconds: a system that says no more than this said nothing in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how many at a time and how often a system may be asked, and when it is left alone."""

    time_limit: float = 30.0
    """seconds until one request counts as lost"""
    concurrency: int = 8
    """requests at a time"""
    is_shared: bool = False
    """whether `concurrency` is the vendor's, for all processes together; otherwise it is each process's own"""
    per_minute: float | None = None
    """requests a minute, of all processes together; None means as many as there are"""
    opens_after: int | None = None
    """failures in a row after which nobody asks for a while; None means never"""
    source: str = ""
    """where the vendor says so"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The clocks of a connection, so that a test can set them."""

    now: Callable[[], datetime] = clock.now
    tick: Callable[[], float] = clock.monotonic
    """seconds of a clock that never jumps; `begin_by` is on it"""
    rest: Callable[[float], Awaitable[object]] = asyncio.sleep


class Pace:
    """The turns at one system."""

    def __init__(self, system: str, limits: Limits, timing: Timing) -> None:
        self._system = system
        self._name = f"connection:{system}"
        self._limits = limits
        self._timing = timing
        self._places = asyncio.Semaphore(limits.concurrency)
        self._between = 60 / limits.per_minute if limits.per_minute else 0.0
        # What one second allows may come at once.
        self._ahead = self._between * max((limits.per_minute or 0.0) / 60 - 1, 0.0)
        self._due = timing.tick()  # when the next would come if all came evenly
        self._not_before = timing.now()  # a time of day, since every process has to mean the same
        self._looked_at = self._due - _LOOK_EVERY
        self._database: Database | None = None

    def share(self, database: Database) -> None:
        """Count together with every process on a database."""
        self._database = database

    @asynccontextmanager
    async def turn(self, patience: float = LONGEST_WAIT) -> AsyncGenerator[None]:
        """Hold a turn while the block lasts.

        Args:
            patience: The most seconds to wait for each: for the minute's share and for a free place.

        Raises:
            SystemBusy: The turn would come later than that.
        """
        patience = min(max(patience, 0.0), LONGEST_WAIT)
        await self._leave_alone()
        await self._take(patience)
        try:
            async with asyncio.timeout(patience):
                await self._places.acquire()
        except TimeoutError:
            raise self._crowded() from None
        try:
            async with self._shared_place(patience):
                yield
        finally:
            self._places.release()

    async def asked_to_wait(self, seconds: float) -> None:
        """Note that the system said when to come back: nobody asks it before."""
        if seconds <= ASKED:
            return
        self._not_before = max(self._not_before, self._timing.now() + timedelta(seconds=seconds))
        if self._database is not None:
            await self._database.execute("note_busy", self._name, self._not_before)

    async def _leave_alone(self) -> None:
        """Send away whoever comes before the system wants to be asked again."""
        tick = self._timing.tick()
        if self._database is not None and tick - self._looked_at >= _LOOK_EVERY:
            self._looked_at = tick
            noted = await self._database.fetch_value("find_busy", self._name)
            self._not_before = max(self._not_before, noted or self._not_before)
        wait = (self._not_before - self._timing.now()).total_seconds()
        if wait > 0:
            said = f"`{self._system}` said when to come back, and is left alone until then"
            raise SystemBusy(said, retry_after=wait)

    async def _take(self, patience: float) -> None:
        """Take the next moment at which the system may be asked, and wait for it."""
        if not self._between:
            return
        wait = await self._next_of_all(patience) if self._database else self._next_here(patience)
        if wait > 0:
            await self._timing.rest(wait)

    def _next_here(self, patience: float) -> float:
        now = self._timing.tick()
        wait = max(self._due - self._ahead - now, 0.0)
        if wait > patience:
            raise self._too_often(wait)
        self._due = max(self._due, now) + self._between
        return wait

    async def _next_of_all(self, patience: float) -> float:
        assert self._database is not None  # noqa: S101  # asked before
        what = (self._between, self._ahead, patience, None)
        row = await self._database.fetch_row("take_turn", self._name, *what)
        if row is None or not row["is_taken"]:
            raise self._too_often(row["wait"] if row else self._between)
        return max(row["wait"], 0.0)

    @asynccontextmanager
    async def _shared_place(self, patience: float) -> AsyncGenerator[None]:
        """Hold one of the vendor's places; one whose process died is free again by itself."""
        if self._database is None or not self._limits.is_shared:
            yield
            return
        holder = clock.new_id()
        number = await self._find_place(self._database, holder, patience)
        try:
            yield
        finally:
            await asyncio.shield(self._database.execute("free_place", self._name, number, holder))

    async def _find_place(self, database: Database, holder: UUID, patience: float) -> int:
        until = self._timing.tick() + patience
        what = (self._name, holder, self._limits.concurrency, self._limits.time_limit + _MARGIN)
        while (number := await database.fetch_value("take_place", *what)) is None:
            await database.execute("make_places", self._name, self._limits.concurrency)
            if self._timing.tick() >= until:
                raise self._crowded()
            await self._timing.rest(_RETRY)
        return int(number)

    def _crowded(self) -> SystemBusy:
        return SystemBusy(f"`{self._system}` is asked by too many at once. Wait, or raise `concurrency`")

    def _too_often(self, wait: float) -> SystemBusy:
        return SystemBusy(f"`{self._system}` was asked as often as `per_minute` allows", retry_after=wait)
