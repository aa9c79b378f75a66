"""Hands runs to this process: PgQueuer gives each to one process at a time, and to another when that one dies."""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from remit.errors import StoreUnavailable
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.processes import alive
from remit.store.database import connect
from remit.store.queue import ENTRYPOINT

_HEARTBEAT = timedelta(seconds=4)  # without a sign of life for so long, another process takes the run over
_LOOK_EVERY = timedelta(seconds=1)  # how often to look for runs whose process died; new ones are notified at once

logging.getLogger("pgqueuer").setLevel(logging.WARNING)


async def dispatch(house: House, *, concurrency: int, stop: asyncio.Event) -> None:
    """Work on runs until told to stop; those begun are finished first.

    Args:
        house: The parts of this process.
        concurrency: How many runs at a time, at least 2.
        stop: Set to end.
    """
    async with alive(house):
        await _dispatch(house, concurrency, stop)


async def _dispatch(house: House, concurrency: int, stop: asyncio.Event) -> None:
    connection = await connect(house.database.url)
    try:
        manager = QueueManager(Queries.from_asyncpg_connection(connection))

        @manager.entrypoint(ENTRYPOINT, accepts_context=False)
        async def _(job: Job) -> None:
            await _work_on(house, UUID(bytes=job.payload))

        ending = asyncio.create_task(_end(manager, stop))
        try:
            await manager.run(
                batch_size=max(concurrency // 2, 1),
                max_concurrent_tasks=max(concurrency, 2),
                heartbeat_timeout=_HEARTBEAT,
                dequeue_timeout=_LOOK_EVERY,
                log_aggregation_interval=timedelta(0),
            )
        finally:
            ending.cancel()
    finally:
        await connection.close()


async def _work_on(house: House, run: UUID) -> None:
    try:
        await execute(house, run)
    except StoreUnavailable as error:
        raise RetryRequested(delay=timedelta(seconds=1), reason=str(error)) from error


async def _end(manager: QueueManager, stop: asyncio.Event) -> None:
    await stop.wait()
    manager.shutdown.set()
