"""Measures how complete the record is: what the connected systems say they did, against what stands in the ledger.

Only a system whose connector lists its effects can be compared; the others are named. What is compared is keys: every
write is done under the key of its run and step, and its entry names the same key.

    effect, and an entry     recorded
    effect, and no entry     missing: somebody wrote past the house
    entry, and no effect     unseen: the system does not know what it answered
    effect more than once    doubled
    outcome not known (yet)  unknown: a person looks, or the run goes on
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from remit.connections.connections import Connections
from remit.connections.connector import ListedEffect
from remit.errors import InputInvalid
from remit.governance.authority import Permission
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.store.database import Database

_LAG: Final = timedelta(hours=1)  # an entry is written after its effect; clocks of systems differ
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What was done between two moments, and what is known of it."""

    since: datetime
    until: datetime
    effects: int
    """how many writes the systems say they did, each key once"""
    recorded: int
    """how many of them stand in the ledger"""
    missing: tuple[ListedEffect, ...]
    """effects without an entry"""
    doubled: tuple[str, ...]
    """keys under which a system did something more than once"""
    unseen: tuple[str, ...]
    """keys of entries whose effect the system does not know"""
    unknown: tuple[str, ...]
    """keys of which the house itself does not know, or not yet, whether they took effect"""
    systems: tuple[str, ...]
    """those that were compared"""
    unlisted: tuple[str, ...]
    """those that list nothing, so that nothing is said of them"""

    @property
    def share(self) -> float:
        """The part of the effects that stands in the ledger; 1 when there were none."""
        return self.recorded / self.effects if self.effects else 1.0

    def as_json(self) -> dict[str, Any]:
        """All of it, with the share."""
        return {**asdict(self), "share": self.share}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What the ledger says took effect."""

    keys: dict[str, datetime]
    erased_runs: frozenset[str]
    """runs with entries nobody can read any more: which step they are of is not known"""

    def has(self, key: str) -> bool:
        return key in self.keys or key.partition(":")[0] in self.erased_runs


async def measure_completeness(
    database: Database, connections: Connections, *, since: datetime, until: datetime, who: str, now: datetime
) -> Completeness:
    """Compare effects with entries, and write down what came out.

    Raises:
        NotAllowed: This person may not.
        InputInvalid: The end is not after the beginning.
        SystemBusy: A system does not answer now; nothing is measured rather than half of it.
        ConnectionHalted: A system may not be asked.
    """
    (await person(database, who)).check(Permission.LEDGER_READ)
    if since >= until:
        raise InputInvalid(f"nothing is between `{since}` and `{until}`. Give the earlier one first")
    # The entries come after the effects: one that is written in between is not taken for missing.
    listed, unlisted = await _list_effects(connections, since - _LAG, until)
    unsettled = await database.fetch("list_unsettled_actions")
    recorded = await _list_recorded(database, listed.keys(), since - _LAG)
    empty = Completeness(
        since=since, until=until, effects=0, recorded=0, missing=(), doubled=(), unseen=(), unknown=(),
        systems=tuple(sorted(listed)), unlisted=tuple(sorted(unlisted)),
    )  # fmt: skip
    unknown = frozenset(row["key"] for row in unsettled if row["system"] in listed)
    found = _compare(empty, [effect for part in listed.values() for effect in part], recorded, unknown)
    await _record(database, found, who, now)
    return found


async def _list_effects(
    connections: Connections, since: datetime, until: datetime
) -> tuple[dict[str, list[ListedEffect]], list[str]]:
    listed: dict[str, list[ListedEffect]] = {}
    unlisted: list[str] = []
    for connection in connections:
        effects = await connection.list_effects(since, until)
        if effects is None:
            unlisted.append(connection.system)
        else:
            listed[connection.system] = list(effects)
    return listed, unlisted


async def _list_recorded(database: Database, systems: Iterable[str], since: datetime) -> _Recorded:
    compared = set(systems)
    keys: dict[str, datetime] = {}
    erased: set[str] = set()
    async for entry in _performed(database, since):
        if "key" not in entry.body:
            erased.add(str(entry.run))
        elif str(entry.body.get("operation", "")).partition(".")[0] in compared:
            keys[entry.body["key"]] = entry.at
    return _Recorded(keys=keys, erased_runs=frozenset(erased))


async def _performed(database: Database, since: datetime) -> AsyncIterator[RecordedEntry]:
    search, before = Search(kind=EntryKind.ACTION_PERFORMED, since=since), None
    while page := await find_entries(database, search, before=before, limit=_PAGE):
        for entry in page:
            yield entry
        before = page[-1].serial


def _compare(
    empty: Completeness, effects: list[ListedEffect], recorded: _Recorded, unknown: frozenset[str]
) -> Completeness:
    """Sort what was done, and what is written, by what is known of both."""
    done = {effect.key for effect in effects}
    within = {effect.key: effect for effect in reversed(effects) if empty.since <= effect.at < empty.until}
    missing = [effect for key, effect in within.items() if not recorded.has(key) and key not in unknown]
    times = Counter(effect.key for effect in effects)
    unseen = [key for key, at in recorded.keys.items() if empty.since <= at < empty.until and key not in done]
    return replace(
        empty,
        effects=len(within),
        recorded=sum(recorded.has(key) for key in within),
        missing=tuple(sorted(missing, key=lambda effect: (effect.at, effect.key))),
        doubled=tuple(sorted(key for key in within if times[key] > 1)),
        unseen=tuple(sorted(unseen)),
        unknown=tuple(sorted(unknown)),
    )


async def _record(database: Database, found: Completeness, who: str, now: datetime) -> None:
    lists = ("missing", "doubled", "unseen", "unknown")
    body = asdict(found) | {name: len(getattr(found, name)) for name in lists} | {"person": who}
    body |= {"since": found.since.isoformat(), "until": found.until.isoformat()}
    async with database.transaction() as transaction:
        await append(transaction, Entry(kind=EntryKind.COMPLETENESS_MEASURED, body=body, at=now))
