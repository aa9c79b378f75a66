"""Stand-ins: who is away, and whom somebody lets answer reviews under a role of theirs meanwhile.

A delegation ends by itself. It lends one role, for answering reviews only, and cannot be lent on: it is looked for in
the delegator's own roles. Neither the delegate nor the delegator may have had a part in what a review asks. What was
approved under a delegation that is taken back counts no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from remit import clock
from remit.charters.charter import Domain
from remit.charters.role import Role
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.notices import Notice, notify
from remit.governance.roles import Person, person
from remit.governance.rule import ROLES
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_LONGEST_DELEGATION: Final = timedelta(days=90)
_LONGEST_ABSENCE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From when until when somebody is away."""

    person: str
    since: datetime
    until: datetime


async def note_absence(database: Database, absence: Absence, by: str, now: datetime) -> UUID:
    """Note that somebody is away: others are told of reviews meanwhile.

    Raises:
        NotAllowed: It is neither oneself, nor may the person say who is here.
        InputInvalid: It ends before it begins, is over, or is longer than a year.
    """
    if not max(absence.since, now) < absence.until <= absence.since + _LONGEST_ABSENCE:
        raise InputInvalid("an absence ends after it begins, in the future, and within a year. Say another end")
    async with database.transaction() as transaction:
        await _check_oneself(transaction, absence.person, by)
        number = clock.new_id()
        await transaction.execute("insert_absence", number, absence.person, absence.since, absence.until, by)
        await _note(transaction, number, absence, by, now)
    return number


async def end_absence(database: Database, number: UUID, by: str, now: datetime) -> None:
    """Note that somebody is back before.

    Raises:
        NotFound: There is no such absence.
        NotAllowed: It is neither oneself, nor may the person say who is here.
        Conflict: It is over.
    """
    async with database.transaction() as transaction:
        row = await transaction.fetch_row("lock_absence", number)
        if row is None:
            raise NotFound(f"there is no absence `{number}`. `remit absence list` shows those there are")
        await _check_oneself(transaction, row["person"], by)
        if row["ended_at"] is not None or row["until"] <= now:
            raise Conflict("this absence is over already. Nothing was changed")
        await transaction.execute("end_absence", number, now)
        absence = Absence(person=row["person"], since=row["since"], until=now)
        await _note(transaction, number, absence, by, now)


async def _check_oneself(transaction: Transaction, who: str, by: str) -> None:
    (await person(transaction, who)).check_here()
    actor = await person(transaction, by)
    actor.check_here() if by == who else actor.check(Permission.PEOPLE_MODIFY)


async def _note(transaction: Transaction, number: UUID, absence: Absence, by: str, now: datetime) -> None:
    body = {"absence": number, "person": absence.person, "by": by}
    body |= {"since": absence.since.isoformat(), "until": absence.until.isoformat()}
    await append(transaction, Entry(kind=EntryKind.ABSENCE_NOTED, body=body, about=f"person:{absence.person}", at=now))


async def list_absences(database: Database, now: datetime, *, limit: int = 100) -> Sequence[Row]:
    """List who is away, and who will be."""
    return await database.fetch("list_absences", now, limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Whom a person lets answer reviews under a role of theirs."""

    delegator: str
    delegate: str
    role: str
    domain: str = ""
    """empty: wherever the delegator holds the role"""
    until: datetime
    reason: str = ""


async def give_delegation(database: Database, given: Delegation, now: datetime) -> UUID:
    """Let another person answer reviews under an own role, until a day.

    Raises:
        NotAllowed: The delegator does not hold the role there, or the delegate may answer nothing.
        InputInvalid: It ends in the past or in more than 90 days, or names no other person.
    """
    _check_delegation(given, now)
    async with database.transaction() as transaction:
        lender, delegate = await person(transaction, given.delegator), await person(transaction, given.delegate)
        _check_people(given, lender, delegate)
        number, reason = clock.new_id(), as_kept(given.reason)
        who = (given.delegator, given.delegate, given.role, given.domain)
        await transaction.execute("insert_delegation", number, *who, reason, now, given.until)
        body = {"delegation": number, "delegator": given.delegator, "delegate": given.delegate, "role": given.role}
        body |= {"domain": given.domain, "until": given.until.isoformat(), "reason": reason}
        about = f"person:{given.delegate}"
        await append(transaction, Entry(kind=EntryKind.DELEGATION_GIVEN, body=body, about=about, at=now))
        await notify(transaction, _notice(number, given), now=now)
    return number


def _check_delegation(given: Delegation, now: datetime) -> None:
    if given.role not in ROLES or (given.domain and given.domain not in set(Domain)):
        raise InputInvalid(f"no review asks `{given.role[:40]}` in `{given.domain[:40]}`. Name a role you hold")
    if not now < given.until <= now + _LONGEST_DELEGATION:
        raise InputInvalid("a delegation ends within 90 days from now. Say another end")
    if given.delegate == given.delegator:
        raise InputInvalid("a delegation is to another person. Name one")


def _check_people(given: Delegation, lender: Person, delegate: Person) -> None:
    lender.check_here()
    held = lender.holds(given.role, given.domain)
    if not held and (given.domain or not any(role.startswith(f"{given.role}@") for role in lender.roles)):
        raise NotAllowed(f"`{lender.id}` is not {given.role}{f' in {given.domain}' if given.domain else ''}")
    if not delegate.is_active or Role.AUDITOR in delegate.roles:
        raise NotAllowed(f"`{delegate.id}` has left, or is an auditor, and can answer nothing. Name somebody else")


def _notice(number: UUID, given: Delegation) -> Notice:
    return Notice(
        key=f"delegation.given:{number}",
        kind="delegation.given",
        recipient=given.delegate,
        title=f"`{given.delegator}` lets you answer reviews as {given.role} until {given.until:%Y-%m-%d %H:%M} UTC",
        body=given.reason,
        link="/reviews",
    )


async def end_delegation(database: Database, number: UUID, by: str, now: datetime) -> None:
    """Take a delegation back, or give it back; what was approved under it and not done yet counts no more.

    Raises:
        NotFound: There is no such delegation.
        NotAllowed: It is none of theirs, nor may they say who holds which role.
        Conflict: It is over.
    """
    async with database.transaction() as transaction:
        row = await transaction.fetch_row("lock_delegation", number)
        if row is None:
            raise NotFound(f"there is no delegation `{number}`. `remit delegation list` shows those there are")
        actor = await person(transaction, by)
        theirs = by in {row["delegator"], row["delegate"]}
        actor.check_here() if theirs else actor.check(Permission.PEOPLE_MODIFY)
        if row["ended_at"] is not None or row["until"] <= now:
            raise Conflict("this delegation is over already. Nothing was changed")
        await transaction.execute("end_delegation", number, now)
        body = {"delegation": number, "delegator": row["delegator"], "delegate": row["delegate"], "by": by}
        about = f"person:{row['delegate']}"
        await append(transaction, Entry(kind=EntryKind.DELEGATION_ENDED, body=body, about=about, at=now))


async def list_delegations(database: Database, now: datetime, *, who: str = "", limit: int = 100) -> Sequence[Row]:
    """List the delegations in force."""
    return await database.fetch("list_delegations", who, now, limit)
