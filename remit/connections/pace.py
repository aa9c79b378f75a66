"""How fast a system may be asked: so many at a time, so many a minute. Who would have to wait long is sent away."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from remit import clock
from remit.errors import SystemBusy

LONGEST_WAIT = 2.0  # seconds inside one call; a longer wait is the run's, which costs one row and no memory


class Pace:
    """The turns at one system."""

    def __init__(
        self,
        system: str,
        *,
        concurrency: int,
        per_minute: float | None = None,
        tick: Callable[[], float] = clock.monotonic,
        rest: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._system = system
        self._places = asyncio.Semaphore(concurrency)
        self._between = 60 / per_minute if per_minute else 0.0
        self._burst = self._between * max((per_minute or 0.0) / 60, 1.0)  # what one second allows may come at once
        self._tick = tick
        self._rest = rest
        self._next = tick() - self._burst

    @asynccontextmanager
    async def turn(self, patience: float = LONGEST_WAIT) -> AsyncGenerator[None]:
        """Hold a turn while the block lasts.

        Args:
            patience: The most seconds to wait for each: for the minute's share and for a free place.

        Raises:
            SystemBusy: The turn would come later than that.
        """
        await self._take(min(patience, LONGEST_WAIT))
        try:
            async with asyncio.timeout(max(min(patience, LONGEST_WAIT), 0)):
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
        now = self._tick()
        moment = max(self._next, now - self._burst)
        wait = moment + self._between - now - self._burst
        wait = max(moment - now, 0.0) if wait <= 0 else max(wait, 0.0)
        if wait > patience:
            raise SystemBusy(f"`{self._system}` was asked as often as `per_minute` allows", retry_after=wait)
        self._next = moment + self._between
        if wait > 0:
            await self._rest(wait)
