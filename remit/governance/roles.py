"""The people of the house and the roles they hold, each everywhere or in one domain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remit.charters.charter import Domain
from remit.charters.role import Role
from remit.errors import InputInvalid, NotAllowed
from remit.governance.authority import Permission, roles_with
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can hold seats and answer reviews."""

    id: str
    name: str
    mail: str = ""
    roles: tuple[str, ...] = ()
    """each a role, held everywhere, or a role and its domain, as in `reviewer@finance`"""
    is_active: bool = True

    def holds(self, role: str, domain: str = "") -> bool:
        """Whether this person is here and holds the role there; without a domain, everywhere."""
        return self.is_active and (role in self.roles or (bool(domain) and f"{role}@{domain}" in self.roles))

    def may(self, permission: Permission, domain: str = "") -> bool:
        """Whether this person is here and one of the roles held there permits it."""
        return any(self.holds(role, domain) for role in roles_with(permission))

    def check_here(self) -> None:
        """Make sure that this person is here.

        Raises:
            NotAllowed: They have left.
        """
        if not self.is_active:
            raise NotAllowed(f"`{self.id}` has left and may do nothing")

    def check(self, permission: Permission, domain: str = "") -> None:
        """Make sure that this person may do something.

        Raises:
            NotAllowed: They have left, or hold no role that permits it there.
        """
        self.check_here()
        if not self.may(permission, domain):
            where = f" in {domain}" if domain else " everywhere"
            who = ", ".join(f"`{role}`" for role in roles_with(permission))
            raise NotAllowed(f"`{self.id}` may not do this: `{permission}` is for whoever is {who}{where}")


async def person(source: Transaction | Database, person_id: str) -> Person:
    """Find a person.

    Raises:
        NotAllowed: Nobody has that id: an unknown person may do nothing.
    """
    row = await source.fetch_row("show_person", person_id)
    if row is None:
        raise NotAllowed(f"nobody here is called `{person_id}`. `REMIT_PERSON` says who gives the commands")
    return _person(row)


async def list_people(source: Transaction | Database) -> Sequence[Person]:
    """List everybody, by id."""
    return [_person(row) for row in await source.fetch("list_people")]


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
        NotAllowed: Who does it is no administrator, and not the first person of the house either; or nobody would be.
        InputInvalid: A role is none, or one person would hold roles that are kept apart.
    """
    async with database.transaction() as transaction:
        await transaction.execute("lock_people")  # so that one at a time begins the house, or leaves as the last
        await change_person(transaction, someone, by=by, now=now)


async def change_person(transaction: Transaction, someone: Person, *, by: str, now: datetime) -> None:
    """Do what `record_person` does, in a transaction that holds the lock on people."""
    if await transaction.fetch("list_people"):
        (await person(transaction, by)).check(Permission.PEOPLE_MODIFY)
    await apply_person(transaction, someone, by=by, now=now)


async def apply_person(transaction: Transaction, someone: Person, *, by: str, now: datetime) -> None:
    """Write what became of a person, whoever or whatever said so, in a transaction that holds the lock on people.

    Raises:
        NotAllowed: Nobody would be administrator any more.
        InputInvalid: A role is none, or one person would hold roles that are kept apart.
    """
    check_roles(someone.roles)
    people = {row["id"]: _person(row) for row in await transaction.fetch("list_people")}
    await save_person(transaction, someone)
    before, after = people.values(), (people | {someone.id: someone}).values()
    # A house that never had one may be filled by an identity provider in any order.
    if _administrators(before) and not _administrators(after):
        raise NotAllowed("somebody has to be administrator. Give the role to another person first")
    body = {"person": someone.id, "name": someone.name, "roles": list(someone.roles)}
    body |= {"is_active": someone.is_active, "by": by}
    await append(transaction, Entry(kind=EntryKind.PERSON_SAVED, body=body, about=f"person:{someone.id}", at=now))


def _administrators(people: Iterable[Person]) -> list[str]:
    return [one.id for one in people if one.may(Permission.PEOPLE_MODIFY)]


def check_roles(roles: Iterable[str]) -> None:
    """Make sure that these are roles, and may be held together.

    Raises:
        InputInvalid: One is none, its domain is none, or an auditor would also act.
    """
    held = [role.partition("@") for role in roles]
    for role, at, domain in held:
        if role not in set(Role) or (at and domain not in set(Domain)):
            known = f"{', '.join(Role)}; and behind an `@` {', '.join(Domain)}"
            raise InputInvalid(f"unknown role `{role}{at}{domain}`. Known are {known}")
    names = {role for role, _, _ in held}
    if Role.AUDITOR in names and len(names) > 1:
        raise InputInvalid("an auditor holds no other role: whoever acts is not the one who checks")
