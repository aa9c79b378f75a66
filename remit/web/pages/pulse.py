"""What tells open pages that something happened: the ledger is looked at once a second, for all of them together.

Nothing is looked at while nobody listens. A page is told topics, as in `review` of `review.answered`, and asks for
itself again; so a client that slept misses nothing that it does not see by looking.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Final

from remit.errors import StoreUnavailable
from remit.store.database import Database

LOOK_EVERY: Final = 1.0
"""seconds between two looks"""
_SAY_EVERY: Final = 20.0  # seconds, so that whatever stands between does not take a quiet stream for a dead one
_SAYINGS: Final = 200  # then the browser asks anew, and is asked again who it is


class Pulse:
    """The news of one process."""

    def __init__(self, database: Database, stop: asyncio.Event) -> None:
        self._database = database
        self._stop = stop
        self._listeners: set[asyncio.Queue[frozenset[str]]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def listen(self) -> AsyncGenerator[frozenset[str]]:
        """Give the topics of what happened, as it happens; an empty set now and then, to show that one is there."""
        with self._joined() as news:
            stopping = asyncio.create_task(self._stop.wait())
            try:
                for _ in range(_SAYINGS):
                    if self._stop.is_set():
                        return
                    heard = asyncio.create_task(news.get())
                    await asyncio.wait({heard, stopping}, timeout=_SAY_EVERY, return_when=asyncio.FIRST_COMPLETED)
                    if not heard.done():
                        heard.cancel()
                    yield heard.result() if heard.done() and not heard.cancelled() else frozenset()
            finally:
                stopping.cancel()

    @contextmanager
    def _joined(self) -> Generator[asyncio.Queue[frozenset[str]]]:
        news: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        self._listeners.add(news)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield news
        finally:
            self._listeners.discard(news)

    async def _look(self) -> None:
        at = await self._database.fetch_value("find_next_index")
        while self._listeners and not self._stop.is_set():
            await asyncio.sleep(LOOK_EVERY)
            try:
                row = await self._database.fetch_row("list_news", at)
            except StoreUnavailable:  # the next look may find it again, and then tells what was missed
                continue
            if row is None or row["next"] == at:
                continue
            at = row["next"]
            topics = frozenset(kind.partition(".")[0] for kind in row["kinds"])
            for news in self._listeners:
                news.put_nowait(topics)
