# pyright: basic
"""DBOS: a workflow of five steps from a queue, with its state in PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID  # pyright: ignore[reportMissingImports]  # installed in bench/.venv only

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

QUEUE = "runs"
POLLING_SECONDS = 0.01
"""How long the queue waits before it claims again. The default of one second would cap it at 16 runs a second."""

SETTLE_SECONDS = 0.5
"""How long after holding the queue events are kept back: its thread may be about to claim once more."""


class Dbos:
    """Workflows on a queue that is held while events come in."""

    def __init__(self, book: Book, business: Business) -> None:
        self._stopwatch = Stopwatch(0)
        self._workflow = _define_workflow(book, business, lambda: self._stopwatch)
        self.count_recorded = book.count_recorded

    async def receive(self, event: Event) -> None:
        """Enqueue a workflow under the event's key."""
        with SetWorkflowID(event.key):
            await DBOS.enqueue_workflow_async(QUEUE, self._workflow, event.key, event.account)

    async def process(self, count: int) -> float:
        """Release the queue until the last workflow is recorded."""
        self._stopwatch = Stopwatch(count)
        await _allow(CONCURRENCY)
        seconds = await self._stopwatch.seconds()
        await _allow(0)
        await asyncio.sleep(SETTLE_SECONDS)
        return seconds


def _define_workflow(
    book: Book, business: Business, stopwatch: Callable[[], Stopwatch]
) -> Callable[[str, int], Coroutine[Any, Any, None]]:
    @DBOS.step(name="read_account")
    async def read_account(number: int) -> dict[str, Any]:
        return await business.read_account(number)

    @DBOS.step(name="read_usage")
    async def read_usage(number: int) -> dict[str, Any]:
        return await business.read_usage(number)

    @DBOS.step(name="decide")
    async def choose(account: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
        return decide(account, usage)

    @DBOS.step(name="write")
    async def write(key: str, decision: dict[str, Any]) -> str:
        return await business.write_task(key, decision)

    @DBOS.step(name="record")
    async def record(key: str, decision: dict[str, Any], task: str) -> None:
        await book.record(key, decision, task)

    @DBOS.workflow(name="run")
    async def run(key: str, number: int) -> None:
        stopwatch().begin()
        decision = await choose(await read_account(number), await read_usage(number))
        await record(key, decision, await write(key, decision))
        stopwatch().record()

    return run


async def _allow(concurrency: int) -> None:
    await DBOS.register_queue_async(
        QUEUE,
        worker_concurrency=concurrency,
        polling_interval_sec=POLLING_SECONDS,
        on_conflict="always_update",
    )


@asynccontextmanager
async def enter(arena: Arena) -> AsyncGenerator[Dbos]:
    """Create the tables, open the pools, and launch with the queue held."""
    config: DBOSConfig = {"name": "small-run", "system_database_url": arena.database_url, "log_level": "WARNING"}
    async with open_book(arena.database_url) as book, open_business(arena.http_url) as business:
        DBOS(config=config)
        contestant = Dbos(book, business)
        DBOS.launch()
        await _allow(0)
        yield contestant
        await asyncio.to_thread(DBOS.destroy)
