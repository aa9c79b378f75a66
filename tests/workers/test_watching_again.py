"""The drop folder watched by several processes, through restarts and outages: every file once, every invoice once."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.practice.company import Company
from remit.practice.documents import documents
from remit.practice.seed import founding_day
from remit.runtime import watch
from remit.runtime.dispatcher import dispatch
from remit.runtime.house import House
from remit.store.database import Database
from tests.workers.dropping import kept, notice, opened_drop, process, runs_by_file, until, work_off

COPIES = 40


async def test_two_watchers_of_one_folder_send_each_file_once(database: Database, tmp_path: Path) -> None:
    """Two processes that look at the same time begin one run for each file."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, company):
        papers = await _drop(database, folder)
        watchers = [Watcher(folder), Watcher(folder)]
        for _ in range(3):
            await asyncio.gather(*(watch.look(house, watcher) for watcher in watchers))

        await work_off(house)

        assert {name: len(found) for name, found in (await runs_by_file(house)).items()} == dict.fromkeys(papers, 1)
        await _check_once(house, company)


async def test_a_restart_midway_doubles_and_loses_nothing(database: Database, tmp_path: Path) -> None:
    """A house closed while invoices are processed, and opened again, goes on: each file one run, each invoice once."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, _):
        papers = await _drop(database, folder)
        for number in range(COPIES):
            content = papers["03-price-too-high.xml"].replace(b"RO-24503-05", b"RO-%d" % (90_000 + number))
            (folder / f"copy {number}.xml").write_bytes(content)
        await notice(house, folder)
        stop = asyncio.Event()
        working = asyncio.create_task(dispatch(house, concurrency=2, stop=stop))

        async def is_midway() -> bool:
            return len(await _settled(house)) >= 5

        await until(is_midway)
        stop.set()
        await working
        done_before = len(await _settled(house))

    async with opened_drop(database, folder) as (house, company):
        runs = await process(house, folder)

        assert 5 <= done_before < len(papers) + COPIES
        assert {len(found) for found in runs.values()} == {1}
        assert len(runs) == len(papers) + COPIES
        await _check_once(house, company)


async def test_watching_and_working_at_once_on_two_houses(database_url: str, tmp_path: Path) -> None:
    """Two whole houses on one database and one drop folder: files dropped into `invoices` end once, and are found."""
    first, second = [await Database.open(database_url), await Database.open(database_url)]
    try:
        async with (
            opened_drop(first, tmp_path / "invoices") as (house, company),
            opened_drop(second, tmp_path / "invoices") as (other, _),
        ):
            stop = asyncio.Event()
            parts = [
                asyncio.create_task(part)
                for one in (house, other)
                for part in (watch.watch(one, tmp_path, stop=stop), dispatch(one, concurrency=2, stop=stop))
            ]
            papers = await _drop(first, tmp_path / "invoices")

            async def are_known() -> bool:
                return len(await runs_by_file(house)) == len(papers)

            await until(are_known)
            stop.set()
            await asyncio.gather(*parts)
            await work_off(house)

            runs = await runs_by_file(house)
            assert {name: len(found) for name, found in runs.items()} == dict.fromkeys(papers, 1)
            await _check_once(house, company)
    finally:
        await first.close()
        await second.close()


async def test_a_database_that_goes_away_costs_no_file(
    server: str, database_url: str, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is noticed while the database is away begins its run when it is back, without a restart."""
    stop = asyncio.Event()
    async with opened_drop(database, tmp_path / "invoices") as (house, _):
        async with _closed(server, database_url):
            (tmp_path / "invoices" / "a.xml").write_bytes(b"<a/>")
            watching = asyncio.create_task(watch.watch(house, tmp_path, stop=stop))

            async def is_missed() -> bool:
                return watching.done() or "could not be looked through" in caplog.text

            await until(is_missed)
            is_going_on = not watching.done()

        async def is_known() -> bool:
            return watching.done() or len(await runs_by_file(house)) == 1

        await until(is_known)
        stop.set()
        await watching

        assert is_going_on
        assert [len(found) for found in (await runs_by_file(house)).values()] == [1]


@asynccontextmanager
async def _closed(server: str, url: str) -> AsyncGenerator[None]:
    """Take a database away from everybody, and end whoever is in it."""
    name = url.rpartition("?")[0].rpartition("/")[2]
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await admin.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


async def _drop(database: Database, folder: Path) -> dict[str, bytes]:
    today = await founding_day(database)
    papers = documents(today or date.min)
    for name, content in papers.items():
        (folder / name).write_bytes(content)
    return papers


async def _settled(house: House) -> dict[str, list[str]]:
    runs = await runs_by_file(house)
    found = {
        name: [one["state"] for one in rows if one["state"] not in {"open", "running"}] for name, rows in runs.items()
    }
    return {name: states for name, states in found.items() if states}


async def _check_once(house: House, company: Company) -> None:
    """Make sure that the ERP did nothing twice, and each file is at most one record that was held or cleared once."""
    effects = await company.effects()
    assert [one for one in effects if one.repetition > 1] == []
    documented = Counter(one["document"] for one in await kept(house, "invoice") if one["document"])
    assert set(documented.values()) == {1}
    moved = Counter(one.arguments["invoice"] for one in effects if one.operation != "erp.record_invoice")
    assert set(moved.values()) == {1}
