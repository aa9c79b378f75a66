"""Who somebody is here whom an identity provider has signed in, and which roles its groups give.

The provider's own name for a person, `issuer` and `subject`, is what counts; it is linked at the first sign-in to the
person with the same verified mail address. Nobody is made from a mail address alone: whoever is not here yet comes in
only if a mapped group gives them a role.

Roles the groups brought last time give way to those they bring now; roles given by hand stay. A person whom the
provider also keeps here over SCIM has their roles from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from remit.errors import InputInvalid, NotAllowed
from remit.governance.groups import Groups, roles_of
from remit.governance.provisioning import BY, User, person_for
from remit.governance.roles import Person, apply_person, list_people, person
from remit.governance.sessions import Session, open_session
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Transaction

_NO_PASSWORD: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an identity provider has proven of somebody."""

    issuer: str
    subject: str
    name: str
    user_name: str
    mail: str
    """verified by the provider; otherwise empty"""
    groups: Sequence[str]


async def welcome(database: Database, known: Known, groups: Groups, now: datetime) -> Session:
    """Begin a session for somebody whom a provider has signed in, with the roles their groups give now.

    Raises:
        NotAllowed: Nobody here is meant, they have left, or their groups give what nobody may hold.
    """
    async with database.transaction() as transaction:
        await transaction.execute("lock_people")
        brought = roles_of(known.groups, groups)
        row = await transaction.fetch_row("find_linked", known.issuer, known.subject)
        someone = await person(transaction, row["person"]) if row else await _first(transaction, known, brought)
        someone.check_here()
        earlier: Sequence[str] = row["roles"] if row else ()
        if groups and not await transaction.fetch_value("is_provisioned", someone.id):
            brought = await _change_roles(transaction, someone, (earlier, brought), now)
        else:
            brought = tuple(earlier)
        values = (known.issuer, known.subject, someone.id, _NO_PASSWORD, list(brought), now)
        await transaction.execute("save_sign_in", *values)
        if row is None:
            await _record_link(transaction, known, someone, now)
        return await open_session(transaction, someone.id, known.issuer, now)


async def _first(transaction: Transaction, known: Known, brought: Sequence[str]) -> Person:
    """Find who comes for the first time, or let them in."""
    same = [one for one in await list_people(transaction) if known.mail and one.mail.lower() == known.mail.lower()]
    if len(same) == 1:
        [someone] = same
        if await transaction.fetch_value("is_linked", known.issuer, someone.id):
            raise NotAllowed(f"`{someone.id}` is another account at the identity provider. Ask an administrator")
        return someone
    if same or not brought:
        raise NotAllowed(
            "nobody here is known to the identity provider by this account. "
            "Ask an administrator to add you with your mail address, or to map one of your groups"
        )
    user = User(user_name=known.user_name, name=known.name, mail="", is_active=True)
    return replace(await person_for(transaction, user), mail=known.mail)


async def _change_roles(
    transaction: Transaction, someone: Person, roles: tuple[Sequence[str], Sequence[str]], now: datetime
) -> tuple[str, ...]:
    """Give the roles the groups bring in place of those they brought earlier; say which of them only they bring."""
    earlier, brought = roles
    by_hand = set(someone.roles) - set(earlier)
    after = replace(someone, roles=tuple(sorted(by_hand | set(brought))))
    if set(after.roles) != set(someone.roles) or await transaction.fetch_row("show_person", someone.id) is None:
        try:
            await apply_person(transaction, after, by=BY, now=now)
        except InputInvalid as error:
            raise NotAllowed(f"the groups of `{someone.id}` do not go together: {error}") from None
    return tuple(role for role in brought if role not in by_hand)


async def _record_link(transaction: Transaction, known: Known, someone: Person, now: datetime) -> None:
    body = {"person": someone.id, "issuer": known.issuer, "subject": known.subject}
    await append(transaction, Entry(kind=EntryKind.PERSON_LINKED, body=body, about=f"person:{someone.id}", at=now))
