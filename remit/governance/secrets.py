"""Who keeps and removes the secrets of connected systems, and the entries that say so, without their values."""

from dataclasses import dataclass
from datetime import datetime

from remit.connections.vault import Vault
from remit.governance.authority import Permission
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.read import Search, find_entries
from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecret:
    """That a secret is in the vault; never its value."""

    name: str
    since: datetime
    kept_by: str
    """empty when the ledger does not say"""


async def list_secrets(database: Database) -> list[KeptSecret]:
    """List the secrets by name, with who kept each."""
    return [
        KeptSecret(name=row["name"], since=row["created_at"], kept_by=await _kept_by(database, row["name"]))
        for row in await database.fetch("list_secrets")
    ]


async def _kept_by(database: Database, name: str) -> str:
    search = Search(about=f"secret:{name}", kind=EntryKind.SECRET_KEPT)
    found = await find_entries(database, search, limit=1)
    return str(found[0].body["person"]) if found else ""


async def keep_secret(database: Database, vault: Vault, secret: tuple[str, str], who: str, now: datetime) -> None:
    """Keep a secret, by name and value; an older one of the same name is replaced.

    Raises:
        NotAllowed: This person may not connect systems.
        InputInvalid: The name is not a name, or the value is empty.
    """
    await _check(database, who)
    name, value = secret
    await vault.put(name, value)
    await _note(database, EntryKind.SECRET_KEPT, name, who, now)


async def remove_secret(database: Database, vault: Vault, name: str, who: str, now: datetime) -> None:
    """Remove a secret.

    Raises:
        NotAllowed: This person may not connect systems.
        NotFound: There is none of that name.
    """
    await _check(database, who)
    await vault.remove(name)
    await _note(database, EntryKind.SECRET_REMOVED, name, who, now)


async def _check(database: Database, who: str) -> None:
    if await database.fetch("list_people"):  # an empty house is set up by whoever holds its machine
        (await person(database, who)).check(Permission.CONNECTIONS_MODIFY)


async def _note(database: Database, kind: EntryKind, name: str, who: str, now: datetime) -> None:
    async with database.transaction() as transaction:
        await append(
            transaction, Entry(kind=kind, body={"secret": name, "person": who}, about=f"secret:{name}", at=now)
        )
