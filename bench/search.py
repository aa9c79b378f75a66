"""Measures searching a large ledger, by each kind of filter and by combinations. `python bench/search.py [ENTRIES]`.

The entries are written by the house's own append and sequencer, in stories of five as runs write them, over two years.
"""

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from remit import clock
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.key import load_signer
from remit.ledger.read import Search, find_entries
from remit.ledger.sequencer import drain
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate

_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_LASTS = timedelta(days=730)
_STORIES_AT_ONCE = 200
OF_STORY = 5
_TRIES = 40
_GOAL = 100.0  # milliseconds


async def measure(directory: Path, entries: int) -> bool:
    """Fill a fresh ledger, search it in every way, and tell whether each way keeps to the goal."""
    server = embedded.start(directory)
    try:
        await migrate(server.url)
        async with _opened(server.url) as database:
            await employ(database)
            run = await fill(database, entries // OF_STORY)
            start = time.perf_counter()
            await drain(database, load_signer(directory))
            print(f"sequenced in {time.perf_counter() - start:.0f} s")
            await settle(database)
            return all([await _time(database, name, search) for name, search in _searches(run).items()])
    finally:
        server.stop()


@asynccontextmanager
async def _opened(url: str) -> AsyncGenerator[Database]:
    database = await Database.open(url)
    yield database
    await database.close()


async def employ(database: Database) -> None:
    """Have forty workers in the registry, of four workflows."""
    async with database.session() as session:
        await session.connection.execute(
            """INSERT INTO worker_version SELECT 'v' || n, 'worker-' || n, '', '', '', now()
            FROM generate_series(0, 39) AS n;
            INSERT INTO worker (name, domain, current, status, changed_at, workflow)
            SELECT 'worker-' || n, 'finance', 'v' || n, 'live', now(), 'workflow-' || n % 4
            FROM generate_series(0, 39) AS n"""
        )


async def fill(database: Database, stories: int) -> UUID:
    """Write the stories in order of time; give the run of one in the middle."""
    start, run = time.perf_counter(), clock.new_id()
    seeded = random.Random(7)
    for first in range(0, stories, _STORIES_AT_ONCE):
        entries: list[Entry] = []
        for number in range(first, min(first + _STORIES_AT_ONCE, stories)):
            story = _make_story(number, _BEGAN + _LASTS * (number / stories), seeded)
            run = story[0].run if number == stories // 2 and story[0].run else run
            entries += story
        async with database.transaction() as transaction:
            await append(transaction, *entries)
    seconds = time.perf_counter() - start
    print(f"appended {stories * OF_STORY:,} entries in {seconds:.0f} s, {stories * OF_STORY / seconds:,.0f}/s")
    return run


def _make_story(number: int, at: datetime, seeded: random.Random) -> list[Entry]:
    run, trace = clock.new_id(), f"{number:032x}"
    noun, count = (("invoice", 1_000_000), ("ticket", 50_000), ("alert", 3_000))[number % 3]
    about = f"{noun}:{noun[:3].upper()}-{seeded.randrange(count)}"
    arguments = {noun: about.partition(":")[2], "account": f"A-{int(seeded.paretovariate(0.1)) % 20_000}"}
    person = f"person-{seeded.randrange(30)}"
    bodies: list[tuple[EntryKind, dict[str, Any]]] = [
        (EntryKind.SIGNAL_RECEIVED, {"type": f"{noun}.arrived", "data": arguments, "requested_by": ""}),
        (EntryKind.ACTION_DECIDED, {"action": {"operation": "erp.hold", "arguments": arguments}, "state": "waiting"}),
        (EntryKind.REVIEW_ANSWERED, {"person": person, "verdict": "approve", "reason": "seen", "step": 1}),
        (EntryKind.ACTION_PERFORMED, {"operation": "erp.hold", "result": {"status": "held", **arguments}}),
        (EntryKind.RUN_SETTLED, {"state": "done", "reason": "did as told " * 20, "steps": []}),
    ]
    moments = (at + timedelta(seconds=second) for second in range(OF_STORY))
    return [
        Entry(kind=kind, body=body, worker=f"worker-{number % 40}", run=run, about=about, trace_id=trace, at=moment)
        for (kind, body), moment in zip(bodies, moments, strict=True)
    ]


async def settle(database: Database) -> None:
    """Bring statistics up to date, as autovacuum does within a minute."""
    async with database.session() as session:
        await session.connection.execute("VACUUM ANALYZE entry", timeout=600)
        await session.connection.execute("VACUUM ANALYZE entry_subject", timeout=600)
        await session.connection.execute("VACUUM ANALYZE leaf", timeout=600)


def _searches(run: UUID) -> dict[str, Search]:
    middle = _BEGAN + _LASTS / 2
    of_time: dict[str, Any] = {"since": middle, "until": middle + timedelta(days=7)}
    often, rare = "account:A-1", "account:A-19999"
    return {
        "everything": Search(),
        "run": Search(run=run),
        "worker": Search(worker="worker-7"),
        "workflow": Search(concerning=("workflow:workflow-3",)),
        "account, frequent": Search(about=often),
        "account, rare": Search(about=rare),
        "ticket": Search(about="ticket:TIC-77"),
        "invoice": Search(about="invoice:INV-77"),
        "alert": Search(about="alert:ALE-77"),
        "person": Search(concerning=("person:person-7",)),
        "kind": Search(kind=EntryKind.REVIEW_ANSWERED),
        "trace": Search(trace_id=f"{77:032x}"),
        "a week": Search(**of_time),
        "until a year ago": Search(until=middle),
        "no account": Search(about="account:nobody"),
        "no worker": Search(worker="nobody"),
        "no kind": Search(kind=EntryKind.HALT_SET),
        "before the first": Search(until=_BEGAN),
        "worker and kind": Search(worker="worker-7", kind=EntryKind.REVIEW_ANSWERED),
        "worker and kind, no hit": Search(worker="worker-7", kind=EntryKind.HALT_SET),
        "worker and a week": Search(worker="worker-7", **of_time),
        "workflow and kind": Search(concerning=("workflow:workflow-3",), kind=EntryKind.REVIEW_ANSWERED),
        "workflow and a worker of another": Search(concerning=("workflow:workflow-3",), worker="worker-4"),
        "workflow and account": Search(about=often, concerning=("workflow:workflow-3",)),
        "workflow and ticket": Search(about="ticket:TIC-77", concerning=("workflow:workflow-1",)),
        "account and person, no hit": Search(about=often, concerning=("person:person-7",)),
        "workflow and person": Search(concerning=("workflow:workflow-3", "person:person-7")),
        "person and a kind they never wrote": Search(concerning=("person:person-7",), kind=EntryKind.RUN_SETTLED),
        "person and a week": Search(concerning=("person:person-7",), **of_time),
        "account and worker and kind": Search(about=often, worker="worker-7", kind=EntryKind.ACTION_PERFORMED),
        "account, worker, a week": Search(about=often, worker="worker-7", **of_time),
        "two accounts, no hit": Search(about=often, concerning=("account:A-2",)),
    }


async def _time(database: Database, name: str, search: Search) -> bool:
    times: list[float] = []
    before: int | None = None
    found = 0
    for _ in range(_TRIES):
        start = time.perf_counter()
        page = await find_entries(database, search, before=before)
        times.append((time.perf_counter() - start) * 1000)
        found = max(found, len(page))
        before = page[-1].serial if page else None  # page after page, and from the beginning after the last
    slow = sorted(times)[int(_TRIES * 0.95) - 1]
    is_fast = slow < _GOAL
    print(f"{'ok' if is_fast else '!!'} {name}: p95 {slow:.1f} ms, slowest {max(times):.1f} ms, {found} a page")
    return is_fast


def main() -> int:
    """Measure in a directory that is gone afterwards; 1 when some search is too slow."""
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    try:
        return int(not asyncio.run(measure(directory, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
