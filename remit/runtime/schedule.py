"""What happens by the clock: cron and elapsed-time triggers, runs that wake, reviews and handoffs that run out.

Every process may do this at the same time. Whatever it does is taken with `SKIP LOCKED`, or is a signal whose id says
which moment it stands for, so that doing it twice is doing it once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from remit.charters.trigger import next_due
from remit.errors import RemitError
from remit.governance.approvals import expire_reviews
from remit.runtime.handoffs import fail_overdue
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal
from remit.store.queue import enqueue_runs

SOURCE = "remit://clock"
"""The source of the signals that the clock sends."""

_EVERY = 0.5  # seconds between two looks
_FORGOTTEN_EVERY = 20  # looks between two searches for runs that no queue holds
_FORGOTTEN_AFTER = timedelta(seconds=20)
_LATE = timedelta(hours=1)  # a cron moment missed for longer, because nothing ran, is not made up for
_log = logging.getLogger(__name__)


async def keep_time(house: House, *, stop: asyncio.Event) -> None:
    """Do what is due, until told to stop."""
    looks = 0
    cron_since = house.clock.now() - timedelta(minutes=1)
    while not stop.is_set():
        now = house.clock.now()
        await _safely(house, now, wake_runs, run_out_timers, _expire, _fail_handoffs)
        await _safely(house, cron_since, send_cron_signals)
        if looks % _FORGOTTEN_EVERY == 0:
            await _safely(house, now, _open_unhalted, find_forgotten)
        cron_since, looks = now, looks + 1
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)


async def _safely(house: House, now: datetime, *duties: Callable[[House, datetime], Awaitable[object]]) -> None:
    for duty in duties:
        try:
            await duty(house, now)
        except RemitError as error:  # the next look does it again
            _log.warning("%s: %s", duty.__name__, error)


async def wake_runs(house: House, now: datetime) -> None:
    """Open the runs whose time has come."""
    async with house.database.transaction() as transaction:
        rows = await transaction.fetch("wake_runs", now)
        await enqueue_runs(transaction, [row["id"] for row in rows])


async def run_out_timers(house: House, now: datetime) -> None:
    """Send a signal for everything that was left untouched for as long as a trigger says."""
    async with house.database.transaction() as transaction:
        for row in await transaction.fetch("take_due_timers", now):
            since = row["since"]
            await _send(
                house, (row["worker"], row["trigger"]), f"{row['about']}@{since.isoformat()}", row["about"], since
            )


async def send_cron_signals(house: House, since: datetime) -> None:
    """Send the signals of every cron moment since then. Each moment has one id, whichever process sends it."""
    now = house.clock.now()
    since = max(since, now - _LATE)
    for worker in house.roster.on_duty:
        for trigger in worker.charter.triggers:
            if trigger.cron and (due := next_due(trigger.cron, since)) <= now:
                await _send(house, (worker.name, trigger.name), due.astimezone(UTC).isoformat(), "", due)


async def _send(house: House, whose: tuple[str, str], moment: str, about: str, since: datetime) -> None:
    worker, trigger = whose
    signal = Signal(
        source=SOURCE,
        signal_id=f"{worker}/{trigger}/{moment}",
        type="clock.elapsed",
        subject=about,
        data={"for": f"{worker}/{trigger}", "about": about, "since": since.isoformat()},
        time=house.clock.now(),
    )
    await receive(house.database, house.roster, signal, house.clock.now())


async def _expire(house: House, now: datetime) -> None:
    await expire_reviews(house.database, now)


async def _fail_handoffs(house: House, now: datetime) -> None:
    await fail_overdue(house.database, now)


async def _open_unhalted(house: House, now: datetime) -> None:
    """Open runs that began to wait for a halt in the moment it was lifted."""
    async with house.database.transaction() as transaction:
        rows = await transaction.fetch("open_halted_runs", now)
        await enqueue_runs(transaction, [row["id"] for row in rows])


async def find_forgotten(house: House, now: datetime) -> None:
    """Enqueue runs that no queue holds, because the process that held their job was ended in the wrong moment."""
    async with house.database.transaction() as transaction:
        rows = await transaction.fetch("find_forgotten_runs", now - _FORGOTTEN_AFTER)
        await enqueue_runs(transaction, [row["id"] for row in rows])
