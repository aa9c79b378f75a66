"""The people of the house and the roles they hold: the minimum that reviews and seats need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remit.errors import NotAllowed
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can hold seats and answer reviews."""

    id: str
    name: str
    mail: str = ""
    roles: tuple[str, ...] = ()
    is_active: bool = True

    def may(self, *roles: str) -> bool:
        """Whether this person is here and holds one of the roles."""
        return self.is_active and not set(roles).isdisjoint(self.roles)


async def person(source: Transaction | Database, person_id: str) -> Person:
    """Find a person.

    Raises:
        NotAllowed: Nobody has that id: an unknown person may do nothing.
    """
    row = await source.fetch_row("show_person", person_id)
    if row is None:
        raise NotAllowed(f"nobody here is called `{person_id}`. `REMIT_PERSON` says who gives the commands")
    return _person(row)


async def list_people(database: Database) -> Sequence[Person]:
    """List everybody, by id."""
    return [_person(row) for row in await database.fetch("list_people")]


async def save_person(source: Transaction | Database, someone: Person) -> None:
    """Add a person, or change what is known of one."""
    values = (someone.id, someone.name, someone.mail, list(someone.roles), someone.is_active)
    await source.execute("save_person", *values)


def _person(row: Row) -> Person:
    fields: dict[str, Any] = {**row, "roles": tuple(row["roles"])}
    return Person(**fields)


async def record_person(database: Database, someone: Person, *, by: str, now: datetime) -> None:
    """Add a person, change what is known of one, or note that one has left; it stands in the ledger with who did it.

    Raises:
        NotAllowed: Who does it is no administrator, and not the first person of the house either.
    """
    async with database.transaction() as transaction:
        is_first = not await transaction.fetch("list_people")
        if not is_first and not (await person(transaction, by)).may("administrator"):
            raise NotAllowed(f"`{by}` is no administrator. `REMIT_PERSON` says who gives the commands")
        await save_person(transaction, someone)
        body = {"person": someone.id, "name": someone.name, "roles": list(someone.roles)}
        body |= {"is_active": someone.is_active, "by": by}
        await append(transaction, Entry(kind=EntryKind.PERSON_SAVED, body=body, about=f"person:{someone.id}", at=now))
