"""What happens by the clock: cron and elapsed-time triggers, runs that wake, reviews and handoffs that run out.

Every process may do this at the same time. Whatever it does is taken with `SKIP LOCKED`, or is a signal whose id says
which moment it stands for, so that doing it twice is doing it once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from remit.charters.trigger import next_due
from remit.errors import RemitError
from remit.governance.approvals import expire_reviews
from remit.governance.bypasses import end_due_bypasses
from remit.governance.erasure import enforce_retention
from remit.governance.pending_answers import take_due
from remit.governance.review_rota import remind_reviews
from remit.governance.spikes import watch_spikes
from remit.runtime.handoffs import fail_overdue
from remit.runtime.house import House
from remit.runtime.inbox import receive, receive_in
from remit.runtime.signal import Signal
from remit.store.queue import enqueue_runs

SOURCE = "remit://clock"
"""The source of the signals that the clock sends."""

_EVERY = 0.5  # seconds between two looks
_RARELY = 20  # looks between two searches for runs that no queue holds, and for changes in the registry
_SELDOM = 240  # looks between two at what workers use
_FORGOTTEN_AFTER = timedelta(seconds=20)
_KEPT = timedelta(days=1)  # how long the queue's own log of finished jobs is kept; what runs did is in the ledger
_LATE = timedelta(hours=1)  # a cron moment missed for longer, because nothing ran, is not made up for
_log = logging.getLogger(__name__)


async def keep_time(house: House, *, stop: asyncio.Event) -> None:
    """Do what is due, until told to stop."""
    looks = 0
    cron_since = house.clock.now() - _LATE  # what was sent before a restart is known by its id
    while not stop.is_set():
        now = house.clock.now()
        if looks % _RARELY == 0:
            await _safely(house, now, _enforce_retention)
            await _safely(house, now, _refresh_roster, open_unhalted, find_forgotten, forget_old_jobs)
        await _safely(
            house, now, wake_runs, run_out_timers, _take_answers, _expire, _remind, _end_bypasses, _fail_handoffs
        )
        if await _safely(house, cron_since, send_cron_signals):
            cron_since = now
        if looks % _SELDOM == 0:
            await _safely(house, now, _watch_spikes)
        looks += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)


async def _safely(house: House, now: datetime, *duties: Callable[[House, datetime], Awaitable[object]]) -> bool:
    """Do duties, and tell whether all went well; the next look does them again."""
    went_well = True
    for duty in duties:
        try:
            await duty(house, now)
        except RemitError as error:
            _log.warning("%s: %s", duty.__name__, error)
            went_well = False
        except Exception:  # noqa: BLE001  # one duty that fails does not keep the others from theirs
            _log.exception("%s failed", duty.__name__)
            went_well = False
    return went_well


async def wake_runs(house: House, now: datetime) -> None:
    """Open the runs whose time has come."""
    async with house.database.transaction() as transaction:
        rows = await transaction.fetch("wake_runs", now)
        await enqueue_runs(transaction, [row["id"] for row in rows])


async def run_out_timers(house: House, now: datetime) -> None:
    """Send a signal for everything that was left untouched for as long as a trigger says."""
    async with house.database.transaction() as transaction:
        for row in await transaction.fetch("take_due_timers", now):
            whose, about, since = (row["worker"], row["trigger"]), row["about"], row["since"].astimezone(UTC)
            signal = _signal(whose, f"{about}@{since.isoformat()}", now, about=about, since=since)
            await receive_in(transaction, house.roster, replace(signal, trace_id=row["trace_id"]), now)


async def send_cron_signals(house: House, since: datetime) -> None:
    """Send the signals of every cron moment since then. Each moment has one id, whichever process sends it.

    What was missed for more than an hour is not made up for; nor is what was due before the worker, as it is now,
    was on duty.
    """
    now = house.clock.now()
    for worker in house.roster.on_duty:
        after = max(since, now - _LATE, house.roster.on_duty_since.get(worker.name, now))
        for trigger in worker.charter.triggers:
            for due in _moments(trigger.cron, after, now) if trigger.cron else ():
                signal = _signal((worker.name, trigger.name), due.isoformat(), now, about="", since=due)
                await receive(house.database, house.roster, signal, now)


def _moments(cron: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """Tell the moments of a cron expression after one time, up to another."""
    due = next_due(cron, after).astimezone(UTC)
    while due <= until:
        yield due
        due = next_due(cron, due).astimezone(UTC)


def _signal(whose: tuple[str, str], moment: str, now: datetime, *, about: str, since: datetime) -> Signal:
    worker, trigger = whose
    return Signal(
        source=SOURCE,
        signal_id=f"{worker}/{trigger}/{moment}",
        type="clock.elapsed",
        subject=about,
        data={"for": f"{worker}/{trigger}", "about": about, "since": since.isoformat()},
        time=now,
    )


async def _take_answers(house: House, now: datetime) -> None:
    await take_due(house.database, now)


async def _expire(house: House, now: datetime) -> None:
    await expire_reviews(house.database, now)


async def _remind(house: House, now: datetime) -> None:
    await remind_reviews(house.database, now)


async def _end_bypasses(house: House, now: datetime) -> None:
    await end_due_bypasses(house.database, now)


async def _fail_handoffs(house: House, now: datetime) -> None:
    await fail_overdue(house.database, now)


async def _enforce_retention(house: House, now: datetime) -> None:
    await enforce_retention(house.database, [worker.charter for worker in house.roster.on_duty], now)


async def _watch_spikes(house: House, now: datetime) -> None:
    charters = [worker.charter for worker in house.roster.on_duty]
    await watch_spikes(house.database, charters, house.connections.operations, now)


async def _refresh_roster(house: House, _now: datetime) -> None:
    """Take over what others changed in the registry: new versions, and who is on duty."""
    await house.roster.refresh()


async def open_unhalted(house: House, now: datetime) -> None:
    """Open runs that began to wait for a halt in the moment it was lifted."""
    async with house.database.transaction() as transaction:
        rows = await transaction.fetch("open_halted_runs", now)
        await enqueue_runs(transaction, [row["id"] for row in rows])


async def find_forgotten(house: House, now: datetime) -> None:
    """Enqueue runs that no queue holds, because the process that held their job was ended in the wrong moment."""
    async with house.database.transaction() as transaction:
        rows = await transaction.fetch("find_forgotten_runs", now - _FORGOTTEN_AFTER, now)
        await enqueue_runs(transaction, [row["id"] for row in rows])


async def forget_old_jobs(house: House, now: datetime) -> None:
    """Delete the queue's own notes of jobs long finished, some at a time."""
    await house.database.execute("forget_old_jobs", now - _KEPT)
