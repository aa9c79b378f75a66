"""Opens whole houses for tests: the real parts on a real database, with the practice company as its systems."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.pace import Limits
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.intelligence.local import LocalJudge
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company, open_company
from remit.practice.seed import seed
from remit.runtime.employ import employ_all
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.roster import Roster
from remit.runtime.runs import RunFilter, list_runs, show_run
from remit.runtime.signal import Signal
from remit.store.database import Database, Row

SAMPLE_WORKERS = Path(__file__).parent / "sample_workers"


@asynccontextmanager
async def opened_house(
    database: Database, *, workers: Path = SAMPLE_WORKERS, time_limit: float = 2.0
) -> AsyncGenerator[tuple[House, Company]]:
    """Open a house on a database, with the practice company."""
    company = await open_company(database, size=4)
    await seed(database)
    limits = Limits(time_limit=time_limit, concurrency=16)
    connections = Connections([Connection(connector, limits=limits) for connector in company.connectors.values()])
    clock = company.clock
    roster = Roster(database, connections.operations, HouseRules.load())
    await employ_all(database, workers, clock.now())
    await roster.refresh()
    gateway = Gateway(database, connections, clock)
    judge = LocalJudge()
    house = House(
        database=database, connections=connections, judge=judge, roster=roster, gateway=gateway, clock=clock
    )
    try:
        yield house, company
    finally:
        await connections.close()
        await company.close()


async def send(house: House, signal: Signal) -> list[UUID]:
    """Send a signal; give the runs it opened."""
    return list((await receive(house.database, house.roster, signal, house.clock.now())).runs)


async def work(house: House) -> None:
    """Go on with everything that is open, as a dispatcher would, until nothing is."""
    while rows := await list_runs(house.database, RunFilter(state="open", limit=500)):
        for row in rows:
            await execute(house, row["id"])


async def state_of(house: House, run: UUID) -> Row:
    """Show a run."""
    return await show_run(house.database, run)


async def kinds_of(house: House, run: UUID) -> Sequence[str]:
    """List the kinds of a run's entries, oldest first."""
    return [entry.kind for entry in reversed(await find_entries(house.database, Search(run=run), limit=500))]
