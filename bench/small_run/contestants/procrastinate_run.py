# pyright: basic
"""Procrastinate: one task does the whole run and its own record commit; the job row is the intent."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from procrastinate import App, PsycopgConnector  # pyright: ignore[reportMissingImports]  # installed in bench/.venv only

from bench.small_run.workload import (
    CONCURRENCY,
    Arena,
    Book,
    Business,
    Event,
    Stopwatch,
    decide,
    open_book,
    open_business,
)


class Procrastinate:
    """Jobs worked off by one worker."""

    def __init__(self, app: App, book: Book, business: Business) -> None:
        self._app = app
        self._book = book
        self._business = business
        self._stopwatch = Stopwatch(0)
        self._task = app.task(queue="runs", name="run")(self._run)
        self.count_recorded = book.count_recorded

    async def receive(self, event: Event) -> None:
        """Defer a job."""
        await self._task.defer_async(key=event.key, account=event.account)

    async def process(self, count: int) -> float:
        """Run a worker until no job is left."""
        self._stopwatch = Stopwatch(count)
        await self._app.run_worker_async(
            queues=["runs"], concurrency=CONCURRENCY, wait=False, install_signal_handlers=False
        )
        return await self._stopwatch.seconds()

    async def _run(self, *, key: str, account: int) -> None:
        self._stopwatch.begin()
        decision = decide(await self._business.read_account(account), await self._business.read_usage(account))
        task = await self._business.write_task(key, decision)
        await self._book.record(key, decision, task)
        self._stopwatch.record()


@asynccontextmanager
async def enter(arena: Arena) -> AsyncGenerator[Procrastinate]:
    """Create the tables and open the pools."""
    connector = PsycopgConnector(conninfo=arena.database_url, min_size=CONCURRENCY, max_size=CONCURRENCY + 4)
    async with (
        open_book(arena.database_url) as book,
        open_business(arena.http_url) as business,
        App(connector=connector).open_async() as app,
    ):
        await app.schema_manager.apply_schema_async()
        yield Procrastinate(app, book, business)
