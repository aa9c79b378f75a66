"""Brings a database to the schema this code knows. Several processes may start at once: one applies, the rest wait."""

from pathlib import Path
from typing import Any

import asyncpg
from pgqueuer.queries import Queries

from remit.errors import Conflict
from remit.store.database import QUERIES, connect

_FOLDER = Path(__file__).parent / "migrations"


async def migrate(url: str) -> list[str]:
    """Apply every migration the database does not have yet.

    Returns:
        The names of those applied now.

    Raises:
        Conflict: The database was migrated by newer code.
    """
    connection = await connect(url)
    try:
        # INVARIANT: one process migrates at a time; the lock falls with the connection if we die here.
        await connection.execute(QUERIES["lock_migrations"])
        return await _apply_missing(connection)
    finally:
        await connection.close()


async def _apply_missing(connection: "asyncpg.Connection[Any]") -> list[str]:
    await connection.execute(QUERIES["create_migrations"])
    applied = {row["name"] for row in await connection.fetch(QUERIES["list_migrations"])}
    files = {path.stem: path for path in sorted(_FOLDER.glob("*.sql"))}
    if unknown := applied - files.keys() - {"queue"}:
        raise Conflict(f"the database has migration `{max(unknown)}` that this version does not know. Upgrade Remit")
    missing = [name for name in files if name not in applied]
    for name in missing:
        async with connection.transaction():
            await connection.execute(files[name].read_text())
            await connection.execute(QUERIES["record_migration"], name)
    if "queue" not in applied:
        await _install_queue(connection)
    return missing


async def _install_queue(connection: "asyncpg.Connection[Any]") -> None:
    """Install PgQueuer's own tables, in the same transaction as the note that it was done."""
    async with connection.transaction():
        queries = Queries.from_asyncpg_connection(connection)
        if not await queries.schema_is_installed():
            await queries.install()
        await connection.execute(QUERIES["record_migration"], "queue")
