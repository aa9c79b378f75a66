"""Opens a house: the database wherever it is, the systems, the workers. The one place where the parts meet."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from remit.clock import Clock
from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.connections.pace import Limits
from remit.errors import DataDirectoryHeld
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.intelligence.choosing import choose_judge
from remit.practice.company import open_company
from remit.practice.seed import seed
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.runtime.roster import Roster
from remit.settings import Settings
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate

_PRACTICE_LIMIT = 2.0  # seconds until a request to a practice system counts as lost


@asynccontextmanager
async def open_database(settings: Settings, *, owns: bool = False) -> AsyncGenerator[Database]:
    """Open the database: the one set by URL, the one that runs in the data directory, or else the one started here.

    Args:
        settings: Where it is.
        owns: Whether to insist on being the owner of the data directory, as the process that runs the house does.

    Raises:
        DataDirectoryHeld: Another process owns it, and this one insists.
        StoreUnavailable: It cannot be reached or started.
    """
    async with AsyncExitStack() as stack:
        url = settings.database_url or await _find_or_start(settings, stack, owns=owns)
        await migrate(url)
        database = await Database.open(url, size=settings.concurrency + 4)
        stack.push_async_callback(database.close)
        yield database


async def _find_or_start(settings: Settings, stack: AsyncExitStack, *, owns: bool) -> str:
    try:
        server = embedded.start(settings.data_directory)
    except DataDirectoryHeld:
        if owns:
            raise
        return embedded.find_running(settings.data_directory)
    stack.callback(server.stop)
    return server.url


@asynccontextmanager
async def open_house(settings: Settings, *, owns: bool = False) -> AsyncGenerator[House]:
    """Open a house: its database, its systems, its workers."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, owns=owns))
        clock = Clock()
        connections = await _connect(settings, database, clock, stack)
        roster = Roster(database, connections.operations, HouseRules.load())
        await employ_all(database, settings.workers_directory, clock.now())
        await roster.refresh()
        yield House(
            database=database,
            connections=connections,
            judge=choose_judge(settings.model),
            roster=roster,
            gateway=Gateway(database, connections, clock),
            clock=clock,
        )


async def _connect(settings: Settings, database: Database, clock: Clock, stack: AsyncExitStack) -> Connections:
    """Connect the drop folder, the practice company and the house's own systems."""
    invoices = settings.drop / "invoices"
    invoices.mkdir(parents=True, exist_ok=True)
    connected = [Connection(DropFolderConnector("drop", invoices))]
    if settings.practice:
        company = await open_company(database, clock=clock, size=settings.concurrency)
        stack.push_async_callback(company.close)
        await seed(database, clock=clock)
        limits = Limits(time_limit=_PRACTICE_LIMIT, concurrency=settings.concurrency)
        connected += [Connection(connector, limits=limits) for connector in company.connectors.values()]
    connections = Connections(connected)
    stack.push_async_callback(connections.close)
    return connections
