"""What a doctor looks at: each finding is one sentence, and what to do about it when it is not well."""

import os
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from remit import clock
from remit.charters import registry
from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.connections.operation import Operation
from remit.errors import InputInvalid, RemitError
from remit.governance import halts
from remit.governance.raci import SEATS, seat_holders, vacant
from remit.governance.roles import list_people
from remit.ledger.note import Verifier
from remit.ledger.verify import verify
from remit.settings import Settings
from remit.store.database import Database
from remit.web.asked import TOKEN_FILE
from remit.web.charter_check import problems_of
from remit.web.opening import open_connections, open_database

_ROOM = 1_000_000_000  # bytes: the log ahead of PostgreSQL alone may take that much
_KEYS = ("ledger.key", "vault.key", TOKEN_FILE)
_FORGOTTEN_AFTER = timedelta(seconds=60)
_PATIENCE = 3.0  # seconds that the running process is given to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at."""

    name: str
    is_well: bool
    found: str
    """what was found, in a sentence"""
    advice: str = ""
    """what to do, when it is not well"""


def _well(name: str, found: str) -> Finding:
    return Finding(name=name, is_well=True, found=found)


def _bad(name: str, found: str, advice: str) -> Finding:
    return Finding(name=name, is_well=False, found=found, advice=advice)


async def look_at(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything a house stands on; what cannot be looked at because something below it is broken, is not."""
    directory = settings.data_directory
    yield _look_at_directory(directory)
    if directory.is_dir():
        yield _look_at_room(directory)
        for finding in _look_at_keys(directory):
            yield finding
    try:
        async with open_database(settings) as database:
            async for finding in _look_inside(settings, database):
                yield finding
    except RemitError as error:
        yield _refused("database", error)
    yield await _look_at_process(settings)


def _refused(name: str, error: RemitError) -> Finding:
    """Take an error for a finding: its second sentence is what to do."""
    found, _, advice = str(error).partition(". ")
    return _bad(name, found, advice or "See the log of the process")


# ── files ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _look_at_directory(directory: Path) -> Finding:
    name = "data directory"
    if not directory.exists():
        return _well(name, f"`{directory}` is not there yet; the first start makes it")
    if not directory.is_dir() or not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        advice = "Give this user the right to, or set `REMIT_DATA_DIRECTORY` to another"
        return _bad(name, f"`{directory}` cannot be written", advice)
    return _well(name, f"`{directory}` can be written")


def _look_at_room(directory: Path) -> Finding:
    room = os.statvfs(directory)
    free = room.f_bavail * room.f_frsize
    found = f"{free / 1e9:.1f} GB are free"
    return _well("disk", found) if free >= _ROOM else _bad("disk", found, "Free some room: the database needs 1 GB")


def _look_at_keys(directory: Path) -> Iterator[Finding]:
    for name in _KEYS:
        path = directory / name
        if not path.exists():
            if name == "ledger.key" and (directory / "ledger.pub").exists():
                yield _bad(name, "it is gone, though it was there", "Restore it from a backup")
        elif mode := path.stat().st_mode & 0o077:
            yield _bad(name, f"others may use it (mode {0o600 | mode:o})", f"Run `chmod 600 {path}`")
        else:
            yield _well(name, "only its owner can read it")


# ── the database ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _look_inside(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    applied = await database.fetch("list_migrations")
    yield _well("database", f"it answers, with {len(applied)} migrations applied")
    yield await _look_at_ledger(settings, database)
    yield await _look_at_queue(database)
    yield await _look_at_exceptions(database)
    yield await _look_at_halts(database)
    async for finding in _look_at_workers(settings, database):
        yield finding


async def _look_at_ledger(settings: Settings, database: Database) -> Finding:
    public = settings.data_directory / "ledger.pub"
    if not public.exists():
        return _well("ledger", "nothing is signed yet")
    try:
        found = await verify(database, Verifier.from_text(public.read_text("utf-8").strip()))
    except (OSError, UnicodeDecodeError, InputInvalid) as error:
        return _bad("ledger", f"`{public}` cannot be used: {error}", "Restore it from a backup")
    if not found.is_whole:
        return _bad("ledger", f"it is broken: {found.reason}", "Keep it as it is. Run `remit ledger verify`")
    return _well("ledger", f"{found.size} entries are whole, {found.unsequenced} wait for their index")


async def _look_at_queue(database: Database) -> Finding:
    queue = await database.fetch_row("count_queue", clock.now() - _FORGOTTEN_AFTER) or {}
    found = f"{queue['jobs']} runs stand in it, {queue['picked']} are worked on"
    if queue["forgotten"]:
        advice = "A running `remit up` takes them up again within seconds. Start it"
        return _bad("queue", f"{found}, {queue['forgotten']} are forgotten", advice)
    return _well("queue", found)


async def _look_at_exceptions(database: Database) -> Finding:
    rows = await database.fetch("count_runs")
    many = sum(row["runs"] for row in rows if row["state"] == "exception")
    return _well("exception queue", f"{many} runs wait for a person: `remit runs --state exception`")


async def _look_at_halts(database: Database) -> Finding:
    scopes = [row["scope"] for row in await halts.list_halts(database)]
    if scopes:
        advice = "When the reason is gone, a second person runs `remit resume SCOPE --reason …`"
        return _bad("halts", f"{', '.join(scopes)} {'are' if len(scopes) > 1 else 'is'} stopped", advice)
    return _well("halts", "nothing is stopped")


# ── workers and systems ────────────────────────────────────────────────────────────────────────────────────────────


async def _look_at_workers(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    try:
        async with open_connections(settings, database) as connected:
            operations = connected.connections.operations
    except RemitError as error:
        yield _refused("connected systems", error)
        return
    people = await list_people(database)
    for version in await registry.list_current(database):
        try:
            charter = parse_charter(version.charter, file=f"{version.worker}/charter.yaml")
        except InputInvalid as error:
            yield _refused(version.worker, error)
            continue
        active = {person.id: person.roles for person in people if person.is_active}
        for finding in _look_at_worker(charter, operations, [person.id for person in people], active):
            yield finding


def _look_at_worker(
    charter: Charter,
    operations: Mapping[str, Operation],
    people: Collection[str],
    active: Mapping[str, Collection[str]],
) -> Iterator[Finding]:
    problems = list(problems_of(charter, operations, people))
    for problem in problems:
        found, _, advice = problem.partition(". ")
        yield _bad(charter.name, found, advice or "Mend the charter and start again")
    seats = {
        (seat, charter.seats_for(grant.operation))
        for grant in charter.grants
        for seat in vacant(charter.seats_for(grant.operation), active, charter.domain)
    }
    for seat, seated in sorted(seats, key=str):
        said = f"the seat of the {seat} is vacant: `{seat_holders(seated)[seat]}` is not here as {SEATS[seat]}"
        yield _bad(charter.name, said, "Name somebody who is here; until then its actions are not performed")
    if not problems and not seats:
        yield _well(charter.name, "its charter fits the connected systems, and every seat is held")


async def _look_at_process(settings: Settings) -> Finding:
    """Ask the process that runs the house how its connections are doing: only it has asked them."""
    host = settings.host if settings.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104  # compared, not bound
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/v1/connections"
    try:
        token = (settings.data_directory / TOKEN_FILE).read_text("utf-8").strip()
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            answer = await client.get(url, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()
            return _told(answer.json())
    except (OSError, UnicodeDecodeError, httpx.HTTPError, ValueError):
        return _well("connections", f"nothing of this house answers at {url}, so nobody has asked them")


def _failure(connection: dict[str, Any]) -> str:
    alone = " (it is left alone for a while)" if connection["breaker"] != "closed" else ""
    return f"`{connection['system']}`: {connection['health']['reason']}{alone}"


def _told(connections: list[dict[str, Any]]) -> Finding:
    failing = [each for each in connections if not each["is_well"]]
    if failing:
        said = "; ".join(_failure(each) for each in failing)
        return _bad("connections", said, "Look at these systems; runs that need them wait or go to a person")
    return _well("connections", f"{len(connections)} systems are connected, and none has failed last")
