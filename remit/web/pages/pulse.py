"""What tells open pages that something happened: the ledger is looked at once a second, for all of them together.

Nothing is looked at while nobody listens. A page is told topics, as in `review` of `review.answered`, and asks for
itself again. Each says from which place of the ledger on it wants to hear: nothing falls between a page and its news.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from remit.errors import StoreUnavailable
from remit.runtime.house import House

LOOK_EVERY: Final = 1.0
"""seconds between two looks"""
_SAY_EVERY: Final = 20.0  # seconds, so that whatever stands between does not take a quiet stream for a dead one
_SAYINGS: Final = 200  # then the browser asks anew, and is asked again who it is


@dataclass(frozen=True, slots=True)
class News:
    """What happened: nothing, to show that one is there, or these topics."""

    topics: tuple[str, ...] = ()
    next: int | None = None
    """the place of the ledger from which on the next news come"""


class Pulse:
    """The news of one process."""

    def __init__(self, house: House, stop: asyncio.Event) -> None:
        self._house = house
        self._stop = stop
        self._listeners: set[asyncio.Queue[News]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def listen(self, since: int | None = None) -> AsyncGenerator[News]:
        """Give what happens, as it happens.

        Args:
            since: The place of the ledger from which on to hear; None means from now on.
        """
        with self._joined() as heard:
            if since is not None and (missed := await self._find(since)):
                yield missed
            for _ in range(_SAYINGS):
                if self._stop.is_set():
                    return
                yield await _next(heard)

    @contextmanager
    def _joined(self) -> Generator[asyncio.Queue[News]]:
        heard: asyncio.Queue[News] = asyncio.Queue()
        self._listeners.add(heard)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield heard
        finally:
            self._listeners.discard(heard)

    async def _look(self) -> None:
        at: int | None = None
        while self._listeners and not self._stop.is_set():
            try:
                if at is None:
                    at = await self._house.database.fetch_value("find_next_index")
                elif found := await self._find(at):
                    at = found.next
                    self._tell(found)
            except StoreUnavailable:  # the next look may find it again, and then tells what was missed
                pass
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._stop.wait()
        self._tell(News())  # so that who waits sees that the house stops

    def _tell(self, news: News) -> None:
        for heard in self._listeners:
            heard.put_nowait(news)

    async def _find(self, at: int) -> News | None:
        row = await self._house.database.fetch_row("list_news", at)
        if row is None or row["next"] <= at:
            return None
        return News(tuple(sorted({kind.partition(".")[0] for kind in row["kinds"]})), row["next"])


async def _next(heard: asyncio.Queue[News]) -> News:
    try:
        async with asyncio.timeout(_SAY_EVERY):
            return await heard.get()
    except TimeoutError:
        return News()
