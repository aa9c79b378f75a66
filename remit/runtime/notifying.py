"""Delivers notices: finds whose they are, sends them out on every channel, and notes what became of each.

    notice ── address ──▶ due ── sent ──▶ delivered
                           ├── not now ──▶ due again, later each time
                           └── never, or tried too often ──▶ failed

A delivery is taken before it is sent and settled after it: a process that dies in between leaves it due, so that a
message may come twice under the same id, and none is lost. Nothing waits for a delivery.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from remit import clock
from remit.clock import Clock
from remit.connections.channels.channel import Channel, Message
from remit.errors import RemitError, SystemRefused
from remit.governance.notices_seen import find_recipients
from remit.store.database import Database, Row

_EVERY: Final = 1.0  # seconds between two looks
_OURS: Final = timedelta(seconds=120)  # how long another process leaves a delivery to the one that took it
_TRIES: Final = 10
_LONGEST_WAIT: Final = timedelta(hours=1)
_log = logging.getLogger(__name__)


async def deliver(
    database: Database, channels: Sequence[Channel], *, public_url: str, time: Clock, stop: asyncio.Event
) -> None:
    """Address and deliver notices until told to stop.

    Args:
        database: Where they are.
        channels: Where they go.
        public_url: What the links in them begin with.
        time: The clock of the house.
        stop: Set to end.
    """
    while not stop.is_set():
        try:
            await deliver_once(database, channels, public_url=public_url, now=time.now())
        except RemitError as error:
            _log.warning("notices wait: %s", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)


async def deliver_once(database: Database, channels: Sequence[Channel], *, public_url: str, now: datetime) -> None:
    """Address what is new, and send what is due."""
    await _address(database, channels, now)
    by_name = {channel.name: channel for channel in channels}
    rows = await database.fetch("take_due_deliveries", list(by_name), now, now + _OURS)
    await asyncio.gather(*(_send(database, by_name[row["channel"]], row, public_url, now) for row in rows))


async def _address(database: Database, channels: Sequence[Channel], now: datetime) -> None:
    """Write a delivery for every person and channel a notice goes to. Without channels it is only shown."""
    async with database.transaction() as transaction:
        rows = await transaction.fetch("take_unaddressed_notices")
        due = [
            (row["id"], channel.name, address)
            for row in rows
            for channel in channels
            if channel.takes(row["kind"])
            for address in (row["addresses"] if channel.is_personal else ("",))
        ]
        await transaction.execute(
            "insert_deliveries",
            [clock.new_id() for _ in due],
            [notice for notice, _, _ in due],
            [channel for _, channel, _ in due],
            [address for _, _, address in due],
            now,
        )
        await transaction.execute("address_notices", [row["id"] for row in rows], now)


async def _send(database: Database, channel: Channel, row: Row, public_url: str, now: datetime) -> None:
    """Send one, and settle it; whatever a channel meets keeps no other from being sent."""
    state, reason, again = "delivered", "", None
    try:
        await channel.send(_message(row, public_url))
    except SystemRefused as error:
        state, reason = "failed", str(error)
    except RemitError as error:
        state, reason = ("failed" if row["tries"] >= _TRIES else "due"), str(error)
        again = now + min(timedelta(seconds=2.0 ** row["tries"]), _LONGEST_WAIT)
    if state == "failed":
        _log.warning("a notice on `%s` was not delivered: %s", channel.name, reason)
    await database.execute("settle_delivery", row["id"], state, reason, again, now)


def _message(row: Row, public_url: str) -> Message:
    return Message(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        body=row["body"],
        link=f"{public_url.rstrip('/')}{row['link']}" if row["link"] else "",
        recipient=row["recipient"],
        address=row["address"],
        made_at=row["made_at"],
    )


async def list_notices(
    database: Database, person: str | None = None, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Row]:
    """List the notices for a person, or everybody's, newest first, with what became of each on its channels.

    What a person was told under several roles stands there once, with its `recipients`.
    """
    if person is None:
        return await database.fetch("list_notices", before, limit)
    return await database.fetch("list_notices_of", await find_recipients(database, person), before, limit)
