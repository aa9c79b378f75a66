import asyncio
from collections.abc import AsyncGenerator

import pytest

from remit.connections.connection import Connection
from remit.connections.pace import Limits
from remit.errors import OutcomeUnknown, SystemBusy, SystemRefused
from remit.store.database import Database
from tests.connections.clocks import Clocks
from tests.connections.test_connection_limits import Gate


@pytest.fixture
async def other(database: Database) -> AsyncGenerator[Database]:
    """The same database, as another process sees it."""
    other = await Database.open(database.url)
    yield other
    await other.close()


def shared(gate: Gate, database: Database, **limits: object) -> Connection:
    """Connect a system as one of several processes does."""
    connection = Connection(gate, limits=Limits(**limits))  # type: ignore[arg-type]
    connection.share(database)
    return connection


def opened() -> Gate:
    """A system that answers at once."""
    gate = Gate()
    gate.opened.set()
    return gate


async def test_a_minute_is_counted_over_all_processes(database: Database, other: Database) -> None:
    """Two processes that ask at once together ask no more than the vendor's number."""
    gate = opened()
    connections = [shared(gate, each, per_minute=1, concurrency=50) for each in (database, other)]

    asked = [connections[number % 2].read("gate.pass_through", {"n": number}) for number in range(20)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1
    assert all(outcome.retry_after > 1 for outcome in outcomes if isinstance(outcome, SystemBusy))
    assert gate.entered.qsize() == 1


async def test_the_vendors_places_are_those_of_all_processes(database: Database, other: Database) -> None:
    """A system with three places is never asked by more at a time, however many processes ask."""
    gate = Gate()
    connections = [shared(gate, each, concurrency=3, is_shared=True) for each in (database, other)]
    asked = [
        asyncio.create_task(connections[number % 2].read("gate.pass_through", {"n": number})) for number in range(12)
    ]
    for _ in range(3):
        await gate.entered.get()
    gate.opened.set()

    answers = await asyncio.gather(*asked)

    assert gate.most == 3
    assert answers == [{"n": number} for number in range(12)]


async def test_a_place_of_a_process_that_died_is_free_again(database: Database, other: Database) -> None:
    """A place whose time has passed is taken by the next one, and who held it gives nothing back any more."""
    gate = Gate()
    dead = shared(gate, database, concurrency=1, is_shared=True)
    asked = asyncio.create_task(dead.read("gate.pass_through", {}))
    await gate.entered.get()
    async with database.pool.acquire() as connection:
        await connection.execute("UPDATE place SET until = clock_timestamp() - interval '1 second'")
    gate.opened.set()

    assert await shared(gate, other, concurrency=1, is_shared=True).read("gate.pass_through", {"n": 1}) == {"n": 1}
    await asked


async def test_places_come_back_after_a_crash_of_the_database(database: Database) -> None:
    """How fast is forgotten when the database crashes; nobody is locked out by that."""
    connection = shared(opened(), database, concurrency=2, is_shared=True, per_minute=6000)
    await connection.read("gate.pass_through", {})
    async with database.pool.acquire() as raw:
        await raw.execute("TRUNCATE place, pace")

    assert await connection.read("gate.pass_through", {"n": 1}) == {"n": 1}


async def test_what_one_process_is_told_holds_for_all(database: Database, other: Database) -> None:
    """A system that says when to come back is not asked by any process before."""
    gate = opened()
    one, two = shared(gate, database), shared(gate, other)
    gate.error = SystemBusy("too many", retry_after=40)
    with pytest.raises(SystemBusy):
        await one.read("gate.pass_through", {})
    gate.error = None
    before = gate.entered.qsize()

    for connection in (one, two):
        with pytest.raises(SystemBusy) as raised:
            await connection.read("gate.pass_through", {})
        assert 30 < raised.value.retry_after <= 40

    assert gate.entered.qsize() == before
    assert one.breaker == "closed"


async def test_a_connection_without_limits_asks_the_database_once_a_second(database: Database) -> None:
    """Where nothing is counted, a hundred questions cost one look."""
    clocks = Clocks()
    connection = Connection(opened(), timing=clocks.timing())
    connection.share(database)
    looks = 0
    fetch_value = database.fetch_value

    async def counted(name: str, *arguments: object) -> object:
        nonlocal looks
        looks += 1
        return await fetch_value(name, *arguments)

    database.fetch_value = counted  # type: ignore[method-assign]
    for _ in range(100):
        await connection.read("gate.pass_through", {})
    database.fetch_value = fetch_value  # type: ignore[method-assign]

    assert looks == 1


# ── the breaker ────────────────────────────────────────────────────────────────────────────────────────────────────


def broken(clocks: Clocks, opens_after: int | None = 3) -> tuple[Gate, Connection]:
    """A system that gives no answer, and its connection."""
    gate = opened()
    gate.error = OutcomeUnknown("no answer")
    return gate, Connection(gate, limits=Limits(opens_after=opens_after), timing=clocks.timing())


async def _fail(connection: Connection) -> SystemBusy:
    with pytest.raises(SystemBusy) as raised:
        await connection.read("gate.pass_through", {})
    return raised.value


async def test_a_system_that_fails_again_and_again_is_left_alone(clocks: Clocks) -> None:
    """After so many failures in a row nobody asks, then one tries; an answer closes it."""
    gate, connection = broken(clocks)
    await _fail(connection)
    asked = gate.entered.qsize()
    refused = await _fail(connection)

    assert asked == 3
    assert (gate.entered.qsize(), connection.breaker) == (asked, "open")
    assert 0 < refused.retry_after <= 5

    clocks.tick += 5
    assert connection.breaker == "half_open"
    gate.error = None
    assert await connection.read("gate.pass_through", {}) == {}
    assert connection.breaker == "closed"


async def test_one_tries_and_a_failure_leaves_it_alone_for_longer(clocks: Clocks) -> None:
    """While one tries the others are sent away; when it fails, the wait doubles, up to five minutes."""
    gate, connection = broken(clocks)
    await _fail(connection)
    waits: list[float] = []
    for _ in range(9):
        clocks.tick += 400
        before = gate.entered.qsize()
        await asyncio.gather(*(_fail(connection) for _ in range(5)))
        assert gate.entered.qsize() == before + 1
        waits.append((await _fail(connection)).retry_after)

    assert [round(wait, -1) for wait in waits] == [10, 20, 40, 80, 160, 300, 300, 300, 300]


async def test_a_refusal_never_opens_it(clocks: Clocks) -> None:
    """A system that says no is well, however often."""
    gate, connection = broken(clocks)
    gate.error = SystemRefused("no")
    for _ in range(20):
        with pytest.raises(SystemRefused):
            await connection.read("gate.pass_through", {})

    assert connection.breaker == "closed"


async def test_what_is_cancelled_while_it_tries_lets_the_next_one_try(clocks: Clocks) -> None:
    """A run that is stopped while it tries the system does not keep it closed for ever."""
    gate, connection = broken(clocks)
    await _fail(connection)
    clocks.tick += 10
    gate.opened.clear()
    while not gate.entered.empty():
        gate.entered.get_nowait()
    trying = asyncio.create_task(connection.read("gate.pass_through", {}))
    await gate.entered.get()
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    gate.opened.set()
    gate.error = None

    assert await connection.read("gate.pass_through", {}) == {}


async def test_without_a_number_it_never_opens(clocks: Clocks) -> None:
    """A connection that names no number of failures is asked however often it fails."""
    gate, connection = broken(clocks, None)
    for _ in range(10):
        await _fail(connection)

    assert (gate.entered.qsize(), connection.breaker) == (30, "closed")
