"""How fast a system may be asked: so many at a time, so many a minute. Who would have to wait long is sent away."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from remit import clock
from remit.errors import SystemBusy

LONGEST_WAIT = 2.0  # seconds inside one call; a longer wait is the run's, which costs one row and no memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how many at a time and how often a system may be asked."""

    time_limit: float = 30.0
    """seconds until one request counts as lost"""
    concurrency: int = 8
    """requests at a time"""
    per_minute: float | None = None
    """requests a minute; None means as many as there are"""


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
        self._timing = timing
        self._places = asyncio.Semaphore(limits.concurrency)
        self._between = 60 / limits.per_minute if limits.per_minute else 0.0
        # What one second allows may come at once.
        self._ahead = self._between * max((limits.per_minute or 0.0) / 60 - 1, 0.0)
        self._due = timing.tick()  # when the next would come if all came evenly

    @asynccontextmanager
    async def turn(self, patience: float = LONGEST_WAIT) -> AsyncGenerator[None]:
        """Hold a turn while the block lasts.

        Args:
            patience: The most seconds to wait for each: for the minute's share and for a free place.

        Raises:
            SystemBusy: The turn would come later than that.
        """
        patience = min(max(patience, 0.0), LONGEST_WAIT)
        await self._take(patience)
        try:
            async with asyncio.timeout(patience):
                await self._places.acquire()
        except TimeoutError:
            raise SystemBusy(f"`{self._system}` is asked by too many at once. Wait, or raise `concurrency`") from None
        try:
            yield
        finally:
            self._places.release()

    async def _take(self, patience: float) -> None:
        """Take the next moment at which the system may be asked, and wait for it."""
        if not self._between:
            return
        now = self._timing.tick()
        wait = max(self._due - self._ahead - now, 0.0)
        if wait > patience:
            raise SystemBusy(f"`{self._system}` was asked as often as `per_minute` allows", retry_after=wait)
        self._due = max(self._due, now) + self._between
        if wait > 0:
            await self._timing.rest(wait)
