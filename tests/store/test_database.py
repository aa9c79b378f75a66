import asyncio
import uuid

import asyncpg
import pytest

from remit.errors import Conflict, StoreUnavailable
from remit.store.database import Database
from remit.store.migrate import migrate


async def test_migrations_are_applied_once(database_url: str) -> None:
    """Migrating a migrated database changes nothing."""
    assert await migrate(database_url) == []


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """What was written before an exception is rolled back."""
    with pytest.raises(KeyError):
        await _write_and_fail(database)

    assert "never" not in {row["name"] for row in await database.fetch("list_migrations")}


async def _write_and_fail(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.execute("record_migration", "never")
        raise KeyError


async def test_several_processes_may_migrate_at_once(server: str) -> None:
    """Five that migrate a new database at the same time all succeed, and each migration is applied once."""
    name = f"fresh_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    url = server.replace("/postgres?", f"/{name}?")

    applied = await asyncio.gather(*(migrate(url) for _ in range(5)))

    assert sorted(len(each) > 0 for each in applied) == [False] * 4 + [True]
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def test_a_database_of_newer_code_is_left_alone(database: Database, database_url: str) -> None:
    """A migration that this code does not know means that the database is newer: nothing is done to it."""
    await database.execute("record_migration", "9999_from_the_future")

    with pytest.raises(Conflict, match="Upgrade Remit"):
        await migrate(database_url)


async def test_a_server_that_is_gone_is_told_in_words(database_url: str) -> None:
    """A database that cannot be reached gives an error that names the place and no password."""
    url = "postgresql://someone:secret@127.0.0.1:1/nothing"

    with pytest.raises(StoreUnavailable, match="does not answer") as caught:
        await Database.open(url)

    assert "secret" not in str(caught.value)
