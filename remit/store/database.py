"""The one file that speaks to PostgreSQL: a pool, transactions, and statements called by the name of their file."""

from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self, cast

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy

from remit.canonical import plain
from remit.errors import DiskFull, StoreUnavailable

Row = Mapping[str, Any]
"""One row, by column name. A `jsonb` column is what the JSON says, a `uuid` column a `UUID`."""


def _read_queries() -> dict[str, str]:
    paths = sorted((Path(__file__).parent / "queries").rglob("*.sql"))
    statements = {path.stem: path.read_text() for path in paths}
    if len(statements) < len(paths):
        names = [path.stem for path in paths]
        raise StoreUnavailable(f"two SQL files share a name: `{next(n for n in names if names.count(n) > 1)}`")
    return statements


QUERIES = _read_queries()
"""The statements, by the name of their file."""


class _Connection(asyncpg.Connection):  # type: ignore[type-arg]
    """A pooled connection that is not reset between two users: nothing here sets anything but session locks."""

    def get_reset_query(self) -> str:
        return ""


class Transaction:
    """One connection inside one transaction. What it writes is committed together or not at all."""

    def __init__(self, connection: "asyncpg.Connection[Any] | PoolConnectionProxy[Any]") -> None:
        self.connection = connection

    async def fetch(self, name: str, *arguments: object) -> list[Row]:
        """Run a statement; give all rows."""
        return cast("list[Row]", await self.connection.fetch(QUERIES[name], *arguments))

    async def fetch_row(self, name: str, *arguments: object) -> Row | None:
        """Run a statement; give its first row, if any."""
        return cast("Row | None", await self.connection.fetchrow(QUERIES[name], *arguments))

    async def fetch_value(self, name: str, *arguments: object) -> Any:
        """Run a statement; give the first column of its first row, or None."""
        return await self.connection.fetchval(QUERIES[name], *arguments)

    async def execute(self, name: str, *arguments: object) -> None:
        """Run a statement."""
        await self.connection.execute(QUERIES[name], *arguments)

    async def execute_many(self, name: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run a statement once for each row of arguments."""
        await self.connection.executemany(QUERIES[name], rows)


class Database:
    """A pool of connections to one PostgreSQL."""

    def __init__(self, pool: "asyncpg.Pool[Any]", url: str) -> None:
        self.pool = pool
        self.url = url

    @classmethod
    async def open(cls, url: str, *, size: int = 10) -> Self:
        """Connect.

        Args:
            url: A PostgreSQL connection URL.
            size: How many connections the pool may hold.

        Raises:
            StoreUnavailable: The server cannot be reached.
        """
        with translated(url):
            pool = await asyncpg.create_pool(
                url, min_size=1, max_size=size, init=_prepare, command_timeout=60, connection_class=_Connection
            )
        return cls(pool, url)

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """Open a transaction: committed at the end of the block, rolled back by any exception."""
        with translated(self.url):
            async with self.pool.acquire() as connection, connection.transaction():
                yield Transaction(connection)

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Transaction]:
        """Hold one connection outside a transaction, as session advisory locks need; they fall at the end."""
        with translated(self.url):
            async with self.pool.acquire() as connection:
                try:
                    yield Transaction(connection)
                finally:
                    if not connection.is_closed():
                        await connection.execute(QUERIES["unlock_session"])

    async def fetch(self, name: str, *arguments: object) -> list[Row]:
        """Run one statement in a transaction of its own; give all rows."""
        with translated(self.url):
            async with self.pool.acquire() as connection:
                return await Transaction(connection).fetch(name, *arguments)

    async def fetch_row(self, name: str, *arguments: object) -> Row | None:
        """Run one statement in a transaction of its own; give its first row, if any."""
        with translated(self.url):
            async with self.pool.acquire() as connection:
                return await Transaction(connection).fetch_row(name, *arguments)

    async def fetch_value(self, name: str, *arguments: object) -> Any:
        """Run one statement in a transaction of its own; give the first column of its first row, or None."""
        with translated(self.url):
            async with self.pool.acquire() as connection:
                return await Transaction(connection).fetch_value(name, *arguments)

    async def execute(self, name: str, *arguments: object) -> None:
        """Run one statement in a transaction of its own."""
        with translated(self.url):
            async with self.pool.acquire() as connection:
                await Transaction(connection).execute(name, *arguments)

    @asynccontextmanager
    async def listening(self, channel: str, heard: Callable[[str], None]) -> AsyncGenerator[None]:
        """Call `heard` with the payload of every notification on a channel while the block lasts."""
        with translated(self.url):
            connection = cast("asyncpg.Connection[Any]", await asyncpg.connect(self.url))

            def pass_on(_connection: object, _process: int, _channel: str, payload: object) -> None:
                heard(str(payload))

            try:
                await connection.add_listener(channel, pass_on)
                yield
            finally:
                await connection.close()


async def connect(url: str) -> "asyncpg.Connection[Any]":
    """Open one connection outside the pool: for migrations, and for PgQueuer, which listens on it."""
    with translated(url):
        connection = cast("asyncpg.Connection[Any]", await asyncpg.connect(url))
        await _prepare(connection)
        return connection


async def _prepare(connection: "asyncpg.Connection[Any] | PoolConnectionProxy[Any]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=_to_json, decoder=orjson.loads)


_AWAY = (
    OSError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.PostgresConnectionError,
)


def _to_json(value: object) -> str:
    return orjson.dumps(value, default=plain).decode()


@contextmanager
def translated(url: str) -> Generator[None]:
    """Turn the driver's failures of reaching and writing into the house's words; the rest pass unchanged."""
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise DiskFull("the disk of the database is full. Free some room; nothing was lost") from error
    except _AWAY as error:
        raise _unavailable(url, error) from error
    except asyncpg.InterfaceError as error:
        if "clos" not in str(error):  # `closed`, `closing`: the connection is gone. Anything else is a mistake of ours
            raise
        raise _unavailable(url, error) from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise StoreUnavailable(f"PostgreSQL refused the connection: {error}. Check `REMIT_DATABASE_URL`") from error


def _unavailable(url: str, error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"PostgreSQL at `{url.rpartition('@')[2]}` does not answer ({error}). Is it running?")
