"""The measure of the others: a bare loop, two commits a run (intent before, record after), no framework."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bench.small_run.workload import Arena, Book, Business, Event, Stopwatch, decide, open_book, open_business, spread


class Bare:
    """Events in a table, worked off by as many tasks as there may be runs."""

    def __init__(self, book: Book, business: Business) -> None:
        self._book = book
        self._business = business
        self.receive = book.receive
        self.count_recorded = book.count_recorded

    async def process(self, count: int) -> float:
        """Work off the events without a record."""
        stopwatch = Stopwatch(count)

        async def run(event: Event) -> None:
            stopwatch.begin()
            await self._book.intend(event.key)
            account = await self._business.read_account(event.account)
            usage = await self._business.read_usage(event.account)
            decision = decide(account, usage)
            task = await self._business.write_task(event.key, decision)
            await self._book.record(event.key, decision, task)
            stopwatch.record()

        await spread(await self._book.list_open(), run)
        return await stopwatch.seconds()


@asynccontextmanager
async def enter(arena: Arena) -> AsyncGenerator[Bare]:
    """Create the tables and open the pools."""
    async with open_book(arena.database_url) as book, open_business(arena.http_url) as business:
        yield Bare(book, business)
