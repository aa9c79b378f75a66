"""Which processes work: each says every second that it lives, and confirms every halt as soon as it is told of it.

A confirmation says what this process was asking of which system at that moment. It is told to whoever stopped; what
keeps a frozen process from beginning anything is the limit in `governance/halts.py`, not that it answered.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from remit import clock
from remit.errors import RemitError
from remit.governance.halts import CHANNEL
from remit.runtime.house import House

_EVERY = 1.0  # seconds between two signs of life
_log = logging.getLogger(__name__)


@asynccontextmanager
async def alive(house: House) -> AsyncGenerator[UUID]:
    """Be known as a process that works while the block lasts; give the number it is known by."""
    process = clock.new_id()
    beating = asyncio.create_task(_beat_always(house, process))
    try:
        yield process
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
        with suppress(RemitError):  # the database may be gone; a process that is not heard of counts as dead
            await house.database.execute("forget_process", process)


async def _beat_always(house: House, process: UUID) -> None:
    while True:
        try:
            await _beat_until_disturbed(house, process)
        except RemitError as error:
            _log.warning("no sign of life could be given: %s", error)
        except Exception:  # noqa: BLE001  # its work goes on; that it gives no sign is seen by all others
            _log.exception("no sign of life could be given")
        await asyncio.sleep(_EVERY)


async def _beat_until_disturbed(house: House, process: UUID) -> None:
    told = asyncio.Event()

    def hear(_halt: str) -> None:
        told.set()

    async with house.database.listening(CHANNEL, hear):
        while True:
            told.clear()
            await beat(house, process)
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), _EVERY)


async def beat(house: House, process: UUID) -> None:
    """Say that this process lives, and confirm the halts it has not confirmed yet."""
    systems = [connection.system for connection in house.connections]
    await house.database.execute("beat_process", process, *_place(), systems, _asking(house))
    halts = [row["id"] for row in await house.database.fetch("list_unconfirmed_halts", process)]
    if halts:
        # Read after the halts: whatever this process decides from here on has seen them.
        await house.database.execute("confirm_halts", halts, process, *_place(), _asking(house))


def _asking(house: House) -> dict[str, int]:
    return {connection.system: connection.asking for connection in house.connections if connection.asking}


def _place() -> tuple[str, int]:
    return socket.gethostname(), os.getpid()
