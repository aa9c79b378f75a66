"""Measures the ledger: appending, sequencing, verification and export. `python bench/ledger.py [ENTRIES]`."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from remit import clock
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.export import export
from remit.ledger.key import load_signer
from remit.ledger.read import Search, find_entries
from remit.ledger.sequencer import drain
from remit.ledger.verify import verify
from remit.ledger.verify_export import verify_export
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate

_AT_ONCE = 1000


async def measure(directory: Path, entries: int) -> None:
    """Run every measurement on a fresh server and print what came out."""
    async with _fresh_database(directory) as database:
        signer = load_signer(directory)
        start = time.perf_counter()
        await _append(database, entries)
        _print_rate("append", entries, start)
        start = time.perf_counter()
        await drain(database, signer)
        _print_rate("sequence", entries, start)
        start = time.perf_counter()
        found = await verify(database, signer.verifier)
        _print_rate(f"verify the database (whole: {found.is_whole} {found.reason})", entries, start)
        start = time.perf_counter()
        await export(database, signer, directory / "export")
        _print_rate("export", entries, start)
        start = time.perf_counter()
        found = verify_export(directory / "export", signer.verifier.as_text())
        _print_rate(f"verify the export (whole: {found.is_whole} {found.reason})", entries, start)
        await _search(database)


@asynccontextmanager
async def _fresh_database(directory: Path) -> AsyncGenerator[Database]:
    server = embedded.start(directory)
    try:
        await migrate(server.url)
        database = await Database.open(server.url)
        yield database
        await database.close()
    finally:
        server.stop()


async def _append(database: Database, entries: int) -> None:
    for start in range(0, entries, _AT_ONCE):
        async with database.transaction() as transaction:
            await append(transaction, *(_make(number) for number in range(start, min(start + _AT_ONCE, entries))))


def _make(number: int) -> Entry:
    return Entry(
        kind=EntryKind.ACTION_PERFORMED,
        worker=f"worker-{number % 40}",
        run=clock.new_id(),
        about=f"invoice:{number % 5000}",
        trace_id=f"{number // 5:032x}",
        body={
            "operation": "erp.hold_invoice",
            "arguments": {"invoice": f"INV-{number}", "reason": "duplicate of an invoice paid in March"},
            "result": {"status": "held", "version": 7},
            "state": "performed",
            "amount": 123_456,
            "currency": "EUR",
        },
    )


async def _search(database: Database) -> None:
    searches = {
        "newest": Search(),
        "worker": Search(worker="worker-7"),
        "about": Search(about="invoice:17"),
        "trace": Search(trace_id=f"{3:032x}"),
        "kind": Search(kind=EntryKind.ACTION_PERFORMED),
        "nothing of a kind": Search(kind=EntryKind.HALT_SET),
        "worker and kind": Search(worker="worker-7", kind=EntryKind.HALT_SET),
    }
    for name, search in searches.items():
        times: list[float] = []
        for _ in range(20):
            start = time.perf_counter()
            await find_entries(database, search)
            times.append(time.perf_counter() - start)
        print(f"search by {name}: slowest of 20 {max(times) * 1000:.1f} ms")


def _print_rate(what: str, entries: int, start: float) -> None:
    seconds = time.perf_counter() - start
    print(f"{what}: {entries:,} entries in {seconds:.2f} s, {entries / seconds:,.0f}/s")


def main() -> None:
    """Measure in a directory that is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    try:
        asyncio.run(measure(directory, int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
