"""Where signals come in: each once for ever, with its runs, their jobs and the ledger entry in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from remit import clock
from remit.charters.charter import Trigger
from remit.charters.trigger import matches, read_field
from remit.errors import SignalInvalid
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime.roster import Employed, Roster
from remit.runtime.signal import Signal
from remit.store.database import Database, Transaction
from remit.store.queue import enqueue_runs

_LONGEST_ABOUT = 500  # characters: an index holds no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a signal."""

    signal: UUID
    is_new: bool
    """False when it came before: nothing was opened now"""
    runs: tuple[UUID, ...]
    """the runs it opened, now or then"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A worker that begins because of a signal."""

    worker: str
    version: str
    trigger: str
    """why this one, in a word"""


async def receive(database: Database, roster: Roster, signal: Signal, now: datetime) -> Received:
    """Take a signal in: once, however often it comes."""
    async with database.transaction() as transaction:
        return await receive_in(transaction, roster, signal, now)


async def receive_in(
    transaction: Transaction, roster: Roster, signal: Signal, now: datetime, *, handoff: UUID | None = None
) -> Received:
    """Take a signal in, as part of the caller's transaction."""
    if not await _insert(transaction, signal, now):
        before = await transaction.fetch_row("find_signal", signal.source, signal.signal_id) or {}
        return Received(signal=before["id"], is_new=False, runs=tuple(before["runs"]))
    await _start_clocks(transaction, roster, signal, now)
    runs = await _begin(transaction, signal, _triggered(roster, signal), (handoff, now))
    return Received(signal=signal.id, is_new=True, runs=runs)


async def receive_for(transaction: Transaction, signal: Signal, begun: Begun, now: datetime) -> UUID:
    """Take in a new signal that names its worker itself, whatever the worker's triggers; give the run it opens."""
    await _insert(transaction, signal, now)
    [run] = await _begin(transaction, signal, [begun], (None, now))
    return run


async def _begin(
    transaction: Transaction, signal: Signal, begun: list[Begun], given: tuple[UUID | None, datetime]
) -> tuple[UUID, ...]:
    runs = tuple(clock.new_id() for _ in begun)
    await _open_runs(transaction, signal, runs, begun, given)
    await enqueue_runs(transaction, runs)
    await append(transaction, _entry(signal, runs, begun, given[1]))
    return runs


async def _insert(transaction: Transaction, signal: Signal, now: datetime) -> bool:
    inserted = await transaction.fetch_value(
        "insert_signal",
        signal.id,
        signal.source,
        signal.signal_id,
        signal.type,
        signal.subject,
        signal.time,
        now,
        signal.trace_id,
        signal.requested_by,
        signal.data,
    )
    return inserted is not None


def _triggered(roster: Roster, signal: Signal) -> list[Begun]:
    """Tell which workers begin: each at most once for a signal, by its first trigger that matches."""
    begun: list[Begun] = []
    for worker in roster.on_duty:
        first = next((trigger for trigger in worker.charter.triggers if _begins(worker, trigger, signal)), None)
        if first is not None:
            begun.append(Begun(worker=worker.name, version=worker.version, trigger=first.name))
    return begun


def _begins(worker: Employed, trigger: Trigger, signal: Signal) -> bool:
    """A clock's signal names its worker and trigger; any other is matched by type and data."""
    if trigger.cron or trigger.since:
        return signal.type == "clock.elapsed" and signal.data.get("for") == f"{worker.name}/{trigger.name}"
    return matches(trigger, signal.type, signal.data)


async def _open_runs(
    transaction: Transaction,
    signal: Signal,
    runs: tuple[UUID, ...],
    begun: list[Begun],
    given: tuple[UUID | None, datetime],
) -> None:
    if not runs:
        return
    names, versions = [each.worker for each in begun], [each.version for each in begun]
    triggers = [each.trigger for each in begun]
    await transaction.execute("insert_runs", runs, names, versions, triggers, signal.id, signal.trace_id, *given)


async def _start_clocks(transaction: Transaction, roster: Roster, signal: Signal, now: datetime) -> None:
    since = min(signal.time, now)  # an event dated in the future does not hold the clock up until then
    for worker in roster.on_duty:
        for trigger in worker.charter.triggers:
            about = read_field(signal.data, trigger.by) if trigger.since == signal.type else None
            if about is not None:
                what = (worker.name, trigger.name, _as_name(about, trigger.by))
                due = since + timedelta(days=trigger.days)
                await transaction.execute("set_timer", *what, since, due, signal.trace_id)


def _as_name(about: object, field: str) -> str:
    """Read the name of what a clock is about.

    Raises:
        SignalInvalid: It is no name.
    """
    if not isinstance(about, str | int) or len(str(about)) > _LONGEST_ABOUT:
        raise SignalInvalid(f"`{field}` is no name of at most {_LONGEST_ABOUT} characters, and a trigger goes by it")
    return str(about)


def _entry(signal: Signal, runs: tuple[UUID, ...], begun: list[Begun], now: datetime) -> Entry:
    body = {
        "signal": signal.id,
        "source": signal.source,
        "id": signal.signal_id,
        "type": signal.type,
        "time": signal.time.isoformat(),
        "data": signal.data,
        "requested_by": signal.requested_by,
        "runs": [
            {"run": run, "worker": each.worker, "version": each.version, "trigger": each.trigger}
            for run, each in zip(runs, begun, strict=True)
        ],
    }
    return Entry(
        kind=EntryKind.SIGNAL_RECEIVED,
        body=body,
        about=signal.subject,
        trace_id=signal.trace_id,
        at=now,
        run=runs[0] if len(runs) == 1 else None,
        worker=begun[0].worker if len(begun) == 1 else "",
    )
