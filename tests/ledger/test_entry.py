"""Entries are in the ledger exactly if the caller's transaction is."""

from uuid import UUID

import asyncpg
import orjson
import pytest

from remit import clock
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database


async def _count(database: Database) -> tuple[int, int]:
    row = await database.fetch_row("count_ledger")
    assert row is not None
    return row["entries"], row["unsequenced"]


async def _write(database: Database, *, role: str = "postgres", then: Exception | None = None) -> None:
    """Write a row and its entry in one transaction, as a gateway would."""
    async with database.transaction() as transaction:
        await transaction.connection.execute(f"SET LOCAL ROLE {role}")
        await transaction.execute("record_migration", "never")
        await append(transaction, Entry(kind=EntryKind.HALT_SET, body={}, about="halt:1"))
        if then:
            raise then


async def _was_written(database: Database) -> bool:
    return "never" in {row["name"] for row in await database.fetch("list_migrations")}


async def test_an_entry_of_a_rolled_back_transaction_never_was(database: Database) -> None:
    """What fails leaves neither an entry nor a place in the queue."""
    with pytest.raises(KeyError):
        await _write(database, then=KeyError())

    assert await _count(database) == (0, 0)


@pytest.mark.parametrize(
    "broken", ["ALTER TABLE unsequenced RENAME TO elsewhere", "ALTER TABLE entry ADD CHECK (about <> 'halt:1')"]
)
async def test_an_entry_that_cannot_be_written_fails_its_transaction(database: Database, broken: str) -> None:
    """Where the ledger cannot be written, nothing else is committed either."""
    async with database.session() as session:
        await session.connection.execute(broken)

    with pytest.raises(asyncpg.PostgresError):
        await _write(database)

    assert not await _was_written(database)


async def test_a_role_without_the_right_to_write_entries_commits_nothing(database: Database) -> None:
    """A permission taken away stops the transaction, not only the entry."""
    async with database.session() as session:
        await session.connection.execute("CREATE ROLE clerk; GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
        await session.connection.execute("REVOKE INSERT ON unsequenced FROM clerk")

    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _write(database, role="clerk")

        assert not await _was_written(database)
        assert await _count(database) == (0, 0)
    finally:
        async with database.session() as session:
            await session.connection.execute("DROP OWNED BY clerk; DROP ROLE clerk")


async def test_an_id_from_the_database_can_be_written_again(database: Database) -> None:
    """A run's id as the driver gives it is written like any other."""
    run = clock.new_id()
    async with database.session() as session:
        given: UUID = await session.connection.fetchval("SELECT $1::uuid", run)

    entry = Entry(kind=EntryKind.RUN_SETTLED, body={}, run=given, id=given)

    assert orjson.loads(entry.as_bytes())["run"] == str(run)


@pytest.mark.parametrize(
    "change",
    ["UPDATE entry SET kind = 'x'", "DELETE FROM entry", "TRUNCATE entry CASCADE", "UPDATE leaf SET index = 9",
     "DELETE FROM leaf", "UPDATE checkpoint SET note = ''", "DELETE FROM checkpoint", "TRUNCATE checkpoint CASCADE",
     "DELETE FROM tile", "TRUNCATE tile", "UPDATE tile SET index = 1",
     r"UPDATE tile SET hashes = sha256('\x00') || hashes", "UPDATE tile SET hashes = substr(hashes, 33)"],
)  # fmt: skip
async def test_the_ledger_is_never_changed(database: Database, filled: None, change: str) -> None:
    """Everyday mistakes with everyday rights are refused by the database itself."""
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with database.session() as session:
            await session.connection.execute(change)
