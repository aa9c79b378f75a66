"""The small run, the same for every contestant: what comes in, what is read, decided, written and recorded.

A contestant is a module `contestants/<name>_run.py` with one function:

    def enter(arena: Arena) -> AbstractAsyncContextManager[Contestant]

which creates its tables in the empty database of the arena, opens its pools, and closes them at the end.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

import asyncpg
import httpx

CONCURRENCY = 16
"""How many runs any contestant may have under way at once."""
HTTP_CONNECTIONS = 4
"""How many connections the client keeps. Its pool looks at every connection for every request, so that sixteen of them
cost more than the requests themselves, and most to whoever keeps all sixteen busy; four are enough for answers that
come in a fraction of a millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What comes in: it opens one run, which reads the account and writes one task with the key."""

    key: str
    account: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Where a contestant plays: an empty database of its own and the business system."""

    database_url: str
    http_url: str


class Contestant(Protocol):
    """What is measured. The two phases follow each other, and are played twice: to warm up, then for the record."""

    async def receive(self, event: Event) -> None:
        """Take one event in; once this returns it is committed and will be worked off."""
        ...

    async def process(self, count: int) -> float:
        """Work off the events received; give the seconds from the first run's beginning to the last run's record."""
        ...

    async def count_recorded(self) -> int:
        """Tell how many runs are on record, warm-up included."""
        ...


class Stopwatch:
    """Measures from the first run's beginning to the last run's record."""

    def __init__(self, count: int) -> None:
        self._open = count
        self._begun = 0.0
        self._done: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        """Say that a run begins."""
        self._begun = self._begun or time.perf_counter()

    def record(self) -> None:
        """Say that a run's record is committed."""
        self._open -= 1
        if self._open == 0:
            self._done.set_result(time.perf_counter() - self._begun)

    async def seconds(self) -> float:
        """Wait for the last run's record."""
        return await self._done


class Business:
    """The business system, reached with the same pooled client by everyone."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def read_account(self, account: int) -> dict[str, Any]:
        """Read an account."""
        return (await self._client.get(f"/accounts/{account}")).raise_for_status().json()

    async def read_usage(self, account: int) -> dict[str, Any]:
        """Read an account's usage."""
        return (await self._client.get(f"/usage/{account}")).raise_for_status().json()

    async def write_task(self, key: str, decision: dict[str, Any]) -> str:
        """Write the task, once a key; give its id."""
        response = await self._client.post("/tasks", json=decision, headers={"Idempotency-Key": key})
        return response.raise_for_status().json()["id"]


def decide(account: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    """Decide what is to be done about an account."""
    share = usage["used"] * 100 // account["quota"]
    kind = "offer_upgrade" if share >= 100 else "call_customer" if share < 10 else "check_usage"
    return {"account": account["id"], "kind": kind, "share": share, "is_urgent": usage["open_tickets"] > 2}


@asynccontextmanager
async def open_business(http_url: str) -> AsyncGenerator[Business]:
    """Reach the business system through one pooled client."""
    limits = httpx.Limits(max_connections=HTTP_CONNECTIONS, max_keepalive_connections=HTTP_CONNECTIONS)
    async with httpx.AsyncClient(base_url=http_url, limits=limits, timeout=30) as client:
        yield Business(client)


class Book:
    """A contestant's own tables: events received, intents, and the record. Each method is one commit."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def receive(self, event: Event) -> None:
        """Keep an event; the same key is kept once."""
        await self._pool.execute(
            "INSERT INTO event (key, account) VALUES ($1, $2) ON CONFLICT DO NOTHING", event.key, event.account
        )

    async def list_open(self) -> list[Event]:
        """List the events without a record."""
        rows = await self._pool.fetch(
            "SELECT key, account FROM event e WHERE NOT EXISTS (SELECT FROM record r WHERE r.key = e.key)"
        )
        return [Event(key=row["key"], account=row["account"]) for row in rows]

    async def intend(self, key: str) -> None:
        """Keep the key under which the run is about to write."""
        await self._pool.execute("INSERT INTO intent (key) VALUES ($1) ON CONFLICT DO NOTHING", key)

    async def record(self, key: str, decision: dict[str, Any], task: str) -> None:
        """Keep what the run did."""
        await self._pool.execute(
            "INSERT INTO record (key, kind, share, task) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            key,
            decision["kind"],
            decision["share"],
            task,
        )

    async def count_recorded(self) -> int:
        """Count the runs on record."""
        return cast("int", await self._pool.fetchval("SELECT count(*) FROM record"))


_TABLES = """
    CREATE TABLE event (key text PRIMARY KEY, account integer NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE intent (key text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE record (key text PRIMARY KEY, kind text NOT NULL, share integer NOT NULL, task text NOT NULL,
        at timestamptz NOT NULL DEFAULT now());
"""


@asynccontextmanager
async def open_book(database_url: str) -> AsyncGenerator[Book]:
    """Create the tables and open a pool with as many connections as there may be runs."""
    async with asyncpg.create_pool(database_url, min_size=CONCURRENCY, max_size=CONCURRENCY) as pool:
        await pool.execute(_TABLES)
        yield Book(pool)


async def spread(events: Iterable[Event], work: Callable[[Event], Awaitable[None]]) -> None:
    """Do the work for every event, as many at once as there may be runs."""
    rest = iter(events)

    async def take() -> None:
        for event in rest:
            await work(event)

    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(take())
