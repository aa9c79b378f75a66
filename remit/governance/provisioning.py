"""People as an identity provider keeps them: who comes, changes or leaves there does so here, in the same transaction.

A user is a person: the one with the same mail address if nobody else is that already, or a new one. When groups are
mapped to roles, the groups alone say which roles a provisioned person holds; otherwise roles are given by hand.
Whoever is deactivated or removed there is inactive here from the commit on: sessions, approvals and seats are asked
with each use. People are never deleted, because the record speaks of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from remit.governance.groups import Groups, roles_of
from remit.governance.roles import Person, apply_person, list_people
from remit.store.database import Row, Transaction

BY: Final = "identity provider"
"""Who the ledger says changed a person here."""

_NO_ID: Final = re.compile(r"[^a-z0-9._-]+")
_LONGEST: Final = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """What is taken over of a user."""

    user_name: str
    name: str
    mail: str
    is_active: bool


async def person_for(transaction: Transaction, user: User) -> Person:
    """Find the person a new user is, or make one with an id of their own."""
    people = {one.id: one for one in await list_people(transaction)}
    taken = {row["person"] for row in await transaction.fetch("list_provisioned", ["User"])}
    same = [
        one for one in people.values() if user.mail and one.mail.lower() == user.mail.lower() and one.id not in taken
    ]
    if len(same) == 1:
        return same[0]
    wanted = _NO_ID.sub("-", user.user_name.partition("@")[0].lower()).strip("-._")[:_LONGEST]
    wanted = wanted if wanted[:1].isalpha() else f"p-{wanted}".rstrip("-")
    found = next(
        name for name in (wanted, *(f"{wanted}-{number}" for number in range(2, 10_000))) if name not in people
    )
    return Person(id=found, name=user.name or found)


async def follow(transaction: Transaction, groups: Groups, now: datetime) -> None:
    """Make every provisioned person what their user and groups say; what has not changed is left alone.

    Raises:
        NotAllowed: Nobody would be administrator any more.
    """
    rows = await transaction.fetch("list_provisioned", ["User", "Group"])
    people = {one.id: one for one in await list_people(transaction)}
    for row in (each for each in rows if each["kind"] == "User"):
        before = people[row["person"]]
        roles = roles_of(_groups_of(row["id"], rows), groups) if groups else before.roles
        user = user_of(row["data"])
        after = replace(before, name=user.name or before.name, mail=user.mail, roles=roles, is_active=user.is_active)
        if after != before:
            await apply_person(transaction, after, by=BY, now=now)


async def leave(transaction: Transaction, person: Person, now: datetime) -> None:
    """Note that a removed user's person has left.

    Raises:
        NotAllowed: Nobody would be administrator any more.
    """
    if person.is_active:
        await apply_person(transaction, replace(person, is_active=False), by=BY, now=now)


def user_of(data: dict[str, Any]) -> User:
    """Read what is taken over of a user, from its form in the protocol."""
    name: dict[str, str] = data.get("name") or {}
    parts = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    mails: list[dict[str, Any]] = data.get("emails") or []
    primary = next((mail for mail in mails if mail.get("primary")), mails[0] if mails else {})
    return User(
        user_name=data["userName"],
        name=data.get("displayName") or name.get("formatted") or parts,
        mail=primary.get("value") or "",
        is_active=data.get("active", True) is not False,
    )


def _groups_of(user: str, rows: Sequence[Row]) -> Iterable[str]:
    for row in rows:
        members: list[dict[str, Any]] = row["data"].get("members") or []
        if row["kind"] == "Group" and user in {member.get("value") for member in members}:
            yield row["data"].get("displayName", "")
