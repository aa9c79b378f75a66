"""Opens a house: the database wherever it is, the systems, the workers. The one place where the parts meet."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from remit.charters import registry
from remit.clock import Clock
from remit.connections.channels.channel import Channel
from remit.connections.channels.declared import open_channels
from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.connections.declared import open_declared
from remit.connections.operation import Operation
from remit.connections.pace import Limits
from remit.connections.vault import Vault, load_vault_key
from remit.errors import SettingsInvalid
from remit.governance.changes import Changes
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.intelligence.choosing import choose_judge
from remit.practice.company import open_company
from remit.practice.seed import seed
from remit.runtime.employ import employ_all, propose_changed
from remit.runtime.house import House
from remit.runtime.roster import Roster
from remit.settings import Settings
from remit.store.database import Database
from remit.store.migrate import migrate
from remit.web.server import owned_server, shared_server

_log = logging.getLogger(__name__)
_PRACTICE_LIMIT = 2.0  # seconds until a request to a practice system counts as lost
_OPENS_AFTER = 5  # failures in a row after which a practice system is left alone for a while
_FEW = 4  # connections, for a command that looks something up


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
        url = settings.database_url
        if not url:
            server = owned_server if owns else shared_server
            url = await stack.enter_async_context(server(settings.data_directory))
        await migrate(url)
        database = await Database.open(url, size=settings.concurrency + _FEW if owns else _FEW)
        stack.push_async_callback(database.close)
        yield database


@asynccontextmanager
async def open_house(settings: Settings, *, owns: bool = False) -> AsyncGenerator[House]:
    """Open a house: its database, its systems, its workers."""
    async with open_database(settings, owns=owns) as database, open_connections(settings, database) as connected:
        roster = Roster(database, connected.connections.operations, HouseRules.load())
        await _employ(settings, database, connected.clock, connected.connections.operations)
        await roster.refresh()
        yield House(
            database=database,
            connections=connected.connections,
            judge=choose_judge(settings.model),
            roster=roster,
            gateway=Gateway(database, connected.connections, connected.clock, trust_domain=settings.trust_domain),
            clock=connected.clock,
        )


@dataclass(frozen=True, slots=True)
class Connected:
    """The connected systems, and the clock they share with the house."""

    connections: Connections
    clock: Clock


@asynccontextmanager
async def open_connections(settings: Settings, database: Database) -> AsyncGenerator[Connected]:
    """Connect the systems of `connections.yaml`, the drop folder and the practice company.

    Raises:
        SettingsInvalid: `connections.yaml` is not what it should be; the message has the line.
        SecretMissing: A secret named there is not in the vault.
    """
    async with AsyncExitStack() as stack:
        clock = Clock()
        vault = Vault(database, load_vault_key(settings))
        connected = list(await open_declared(settings.data_directory / "connections.yaml", vault))
        for connection in connected:
            stack.push_async_callback(connection.close)
        connected.append(_connect_drop_folder(settings))
        if settings.practice:
            company = await open_company(database, clock=clock, size=settings.concurrency)
            stack.push_async_callback(company.close)
            await seed(database, clock=clock)
            limits = Limits(time_limit=_PRACTICE_LIMIT, concurrency=settings.concurrency, opens_after=_OPENS_AFTER)
            connected += [Connection(connector, limits=limits) for connector in company.connectors.values()]
        yield Connected(Connections(connected), clock)


@asynccontextmanager
async def opened_channels(settings: Settings, database: Database) -> AsyncGenerator[tuple[Channel, ...]]:
    """Open the channels of `notifications.yaml`.

    Raises:
        SettingsInvalid: The file is not what it should be; the message has the line.
        SecretMissing: A secret named there is not in the vault.
    """
    async with AsyncExitStack() as stack:
        vault = Vault(database, load_vault_key(settings))
        channels = await open_channels(settings.data_directory / "notifications.yaml", vault)
        for channel in channels:
            stack.push_async_callback(channel.close)
        yield channels


def _connect_drop_folder(settings: Settings) -> Connection:
    invoices = settings.drop / "invoices"
    try:
        invoices.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsInvalid(
            f"the drop folder `{invoices}` cannot be made: {error.strerror}. Set `REMIT_DROP_DIRECTORY` to another"
        ) from None
    return Connection(DropFolderConnector("drop", invoices))


@asynccontextmanager
async def open_inbox(settings: Settings) -> AsyncGenerator[tuple[Database, Roster]]:
    """Open what it takes to send a signal: the workers as the house knows them, without its systems."""
    async with open_database(settings) as database:
        if not await registry.list_current(database):
            await _employ(settings, database, Clock(), {})
        roster = Roster(database, {}, HouseRules.load())
        await roster.refresh()
        yield database, roster


async def _employ(settings: Settings, database: Database, clock: Clock, operations: Mapping[str, Operation]) -> None:
    """Employ the first workers; later a folder that has changed is proposed, and waits for a second person."""
    if not settings.workers_directory.is_dir():
        raise SettingsInvalid(
            f"there is no folder `{settings.workers_directory}`. Set `REMIT_WORKERS_DIRECTORY` to the folder of workers"
        )
    if settings.employ_at_once or not await registry.list_current(database):
        await employ_all(database, settings.workers_directory, clock.now())
        return
    changes = Changes(database, operations, HouseRules.load())
    drafted = await propose_changed(
        database, changes, settings.workers_directory, author=settings.person, now=clock.now()
    )
    if drafted:
        _log.warning("changed, and waiting for approval: %s. See `remit change list`", ", ".join(drafted))
