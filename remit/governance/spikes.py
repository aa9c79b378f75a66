"""Notices that a worker uses far more today than usual, tells its owners, and stops it where its charter says so.

Usual is the median of the days of the last two weeks on which it did something, three at least; a few uses more than
that are no spike. Each thing is noticed once a day, whichever process looks.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from remit import clock
from remit.charters.charter import Charter
from remit.charters.limits import OnSpike
from remit.connections.operation import Operation
from remit.governance.halt_notices import tell_of_halt
from remit.governance.incidents import open_incident
from remit.governance.notices import Notice, notify
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Transaction

HOUSE: Final = "house"
"""Who sets a halt that no person set; any person who may lift halts lifts it."""

_DAYS: Final = timedelta(days=14)
_LEAST_DAYS: Final = 3  # before that nobody knows what is usual
_LEAST: Final = 20  # uses, below which nothing is a spike
_LEAST_OF: Final = {"cost": 1_000_000, "tokens": 100_000, "money": 100_00}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """One thing a worker used far more of than usual."""

    name: str
    """`actions`, `operation:…`, `money:` and the currency, `cost` or `tokens`"""
    used: int
    usual: int


async def watch_spikes(
    database: Database, charters: Sequence[Charter], operations: Mapping[str, Operation], now: datetime
) -> int:
    """Look at what every worker used today; give how many spikes are new."""
    amounts = {name: operation.amount for name, operation in operations.items() if operation.amount}
    since = now - _DAYS
    rows = await database.fetch("list_daily_use", since, [*amounts], [*amounts.values()])
    used: dict[str, dict[str, dict[date, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        used[row["worker"]][row["name"]][row["day"]] = int(row["quantity"])
    found = 0
    for charter in charters:
        for spike in find_spikes(used[charter.name], now.date(), charter.limits.spike_factor):
            found += await _notice(database, charter, spike, now)
    return found


def find_spikes(used: Mapping[str, Mapping[date, int]], today: date, factor: float) -> list[Spike]:
    """Compare what was used today with the days before."""
    found: list[Spike] = []
    for name, days in sorted(used.items()):
        before = [quantity for day, quantity in days.items() if day < today and quantity > 0]
        least = _LEAST_OF.get(name.partition(":")[0], _LEAST)
        quantity = days.get(today, 0)
        if len(before) >= _LEAST_DAYS and quantity >= least and quantity > factor * median(before):
            found.append(Spike(name=name, used=quantity, usual=int(median(before))))
    return found


async def _notice(database: Database, charter: Charter, spike: Spike, now: datetime) -> bool:
    async with database.transaction() as transaction:
        what = (charter.name, now.date(), spike.name, spike.used, spike.usual, now)
        if await transaction.fetch_value("note_spike", *what) is None:
            return False
        is_stopped = charter.limits.on_spike is OnSpike.STOP and await _stop(transaction, charter, spike, now)
        body = {"name": spike.name, "used": spike.used, "usual": spike.usual, "is_stopped": is_stopped}
        await append(transaction, Entry(kind=EntryKind.LIMIT_SPIKED, body=body, worker=charter.name, at=now))
        await _tell(transaction, charter, spike, now)
    return True


async def _stop(transaction: Transaction, charter: Charter, spike: Spike, now: datetime) -> bool:
    """Halt the worker as the house; tell whether it was not halted before."""
    scope, reason = f"worker:{charter.name}", f"{spike.name} today {spike.used}, usually {spike.usual}"
    # Whoever is in flight was begun before this; nothing begins after the commit.
    await transaction.execute("lock_halts")
    halt = await transaction.fetch_value("insert_halt", clock.new_id(), scope, reason, HOUSE, now, False)
    if halt is None:
        return False
    body: dict[str, Any] = {"halt": halt, "scope": scope, "reason": reason, "person": HOUSE, "in_flight": []}
    await append(transaction, Entry(kind=EntryKind.HALT_SET, body=body, worker=charter.name, at=now))
    incident = await open_incident(transaction, halt, scope, now)
    await tell_of_halt(transaction, incident, (scope, reason, HOUSE), now)
    await transaction.execute("notify_halt", str(halt))
    return True


async def _tell(transaction: Transaction, charter: Charter, spike: Spike, now: datetime) -> None:
    notices = [
        Notice(
            key=f"limit.spiked/{charter.name}/{spike.name}/{now:%Y-%m-%d}/{owner}",
            kind="limit.spiked",
            recipient=owner,
            title=f"{charter.title} does far more than usual: {spike.name} {spike.used} today, usually {spike.usual}",
            body="Stop it if that is wrong: `remit stop` and the worker's name.",
            link=f"/workers/{charter.name}",
        )
        for owner in sorted(set(charter.owners))
    ]
    await notify(transaction, *notices, now=now)
