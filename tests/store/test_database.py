from remit.store.database import Database
from remit.store.migrate import migrate


async def test_migrations_are_applied_once(database_url: str) -> None:
    """Migrating a migrated database changes nothing."""
    assert await migrate(database_url) == []


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """What was written before an exception is rolled back."""
    try:
        async with database.transaction() as transaction:
            await transaction.execute("record_migration", "never")
            raise KeyError
    except KeyError:
        pass

    assert "never" not in {row["name"] for row in await database.fetch("list_migrations")}
