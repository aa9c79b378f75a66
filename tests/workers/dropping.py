"""Drops files into a whole house with the invoice worker, and works until every run has ended or waits for a person."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import remit.workers
from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.connections.pace import Limits
from remit.governance.approvals import Answer, answer
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.governance.reviews import list_reviews
from remit.intelligence.local import LocalJudge
from remit.practice.company import Company, open_company
from remit.practice.seed import seed
from remit.runtime import watch
from remit.runtime.dispatcher import dispatch
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.runtime.roster import Roster
from remit.runtime.runs import RunFilter, list_runs, show_run
from remit.runtime.schedule import wake_runs
from remit.store.database import Database, Row

WORKER = Path(remit.workers.__file__).parent / "finance" / "invoice_review"
SETTLED = {"done", "exception", "stopped"}
_LIMITS = Limits(time_limit=20.0, concurrency=8)
_PATIENCE = 180.0  # seconds until work that does not end counts as hanging
_LOOK = 0.05  # seconds between two looks whether it ended


@asynccontextmanager
async def opened_drop(database: Database, folder: Path) -> AsyncGenerator[tuple[House, Company]]:
    """Open a house whose worker reviews what is dropped into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    company = await open_company(database, size=8)
    await seed(database)
    practice = [Connection(connector, limits=_LIMITS) for connector in company.connectors.values()]
    connections = Connections([Connection(DropFolderConnector("drop", folder), limits=_LIMITS), *practice])
    roster = Roster(database, connections.operations, HouseRules.load())
    await employ_all(database, WORKER, company.clock.now())
    await roster.refresh()
    house = House(
        database=database,
        connections=connections,
        judge=LocalJudge(),
        roster=roster,
        gateway=Gateway(database, connections, company.clock),
        clock=company.clock,
    )
    try:
        yield house, company
    finally:
        await connections.close()
        await company.close()


async def notice(house: House, folder: Path) -> None:
    """Look twice, as a file is whole when it is the same in two scans."""
    watcher = Watcher(folder)
    for _ in range(2):
        await watch.look(house, watcher)


async def work_off(house: House) -> None:
    """Let a dispatcher work until every run ended or waits for a person."""
    stop = asyncio.Event()
    working = asyncio.create_task(dispatch(house, concurrency=4, stop=stop))

    async def is_done() -> bool:
        assert not working.done(), "the dispatcher ended by itself"
        await wake_runs(house, house.clock.now())
        return not await _is_moving(house)

    try:
        await until(is_done)
    finally:
        stop.set()
        await working


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until something holds."""
    async with asyncio.timeout(_PATIENCE):
        while not await holds():  # noqa: ASYNC110  # what is waited for happens in rows, on which no event is set
            await asyncio.sleep(_LOOK)


async def _is_moving(house: House) -> bool:
    rows = await house.database.fetch("count_runs")
    return any(row["state"] not in SETTLED and row["waits_for"] != "review" for row in rows)


async def process(house: House, folder: Path) -> dict[str, list[Row]]:
    """Notice what is in the folder, work it off, and show the runs by the name of their file."""
    await notice(house, folder)
    await work_off(house)
    return await runs_by_file(house)


async def runs_by_file(house: House) -> dict[str, list[Row]]:
    """Show every run, by the name of its file, in the order they were opened."""
    listed = await list_runs(house.database, RunFilter(limit=1000))
    found: dict[str, list[Row]] = {}
    for row in sorted(listed, key=lambda one: (one["opened_at"], one["id"])):
        shown = await show_run(house.database, row["id"])
        found.setdefault(shown["data"]["name"], []).append(shown)
    return found


def performed(runs: Sequence[Row], operation: str = "") -> list[dict[str, Any]]:
    """List the actions of some runs that took effect."""
    return [
        one
        for run in runs
        for one in run["actions"]
        if one["state"] == "performed" and one["operation"].startswith(operation)
    ]


def is_told(run: Row) -> bool:
    """Whether a run ended, or waits for a person, and says why in one line."""
    is_at_rest = run["state"] in SETTLED or (run["state"], run["waits_for"]) == ("waiting", "review")
    return is_at_rest and bool(run["reason"].strip()) and "\n" not in run["reason"]


async def keep(house: House, kind: str, *records: Mapping[str, Any]) -> None:
    """Put records into the practice ERP."""
    for record in records:
        await house.database.execute("save_practice_record", "erp", kind, record["id"], dict(record), house.clock.now())


async def kept(house: House, kind: str) -> list[dict[str, Any]]:
    """List the records of one kind that the practice ERP holds."""
    return [row["data"] for row in await house.database.fetch("find_practice_records", "erp", kind, {}, 1000)]


async def approve(house: House, run: Row, person: str = "lena.fischer") -> None:
    """Have a person approve what a run asks."""
    review = next(one for one in await list_reviews(house.database) if one["run"] == run["id"])
    given = Answer(
        review=review["id"],
        person=person,
        verdict="approve",
        reason="it agrees",
        arguments=None,
        digest=review["digest"],
    )
    await answer(house.database, given, house.clock.now())
