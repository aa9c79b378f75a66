"""Accounts: a person's own password, and what only somebody who has a sign-in of their own may do.

As soon as a person has a password, a passkey, or an account at an identity provider, nothing but their own session or
personal token acts for them over the API: a token others share cannot forge what they say.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from remit.errors import NotAllowed, SignInRefused
from remit.governance import passwords
from remit.governance.attempts import Attempt, forgive, take_attempt
from remit.governance.authority import Permission
from remit.governance.notices import Notice, notify
from remit.governance.roles import Person, person
from remit.governance.sessions import Session, end_sessions, open_session
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_HERE: Final = ""  # the issuer of a password


async def sign_in(database: Database, given: tuple[str, str], address: str, now: datetime) -> Session:
    """Begin a session for whoever gives a person's id and password.

    Raises:
        SignInRefused: Nobody who is here has this id and this password; which of the two is wrong is not told.
        SignInDelayed: There were too many attempts.
    """
    name, password = given
    attempt = await take_attempt(database, name, address, now)
    kept: str | None = await database.fetch_value("find_password", name)
    if not await passwords.is_password(kept, password) or kept is None:
        await _record_refusal(database, name, now)
        raise SignInRefused
    newer = await passwords.rehash(password) if passwords.is_outdated(kept) else kept
    return await _open(database, name, (kept, newer), attempt, now)


async def _open(database: Database, who: str, hashes: tuple[str, str], attempt: Attempt, now: datetime) -> Session:
    kept, newer = hashes
    async with database.transaction() as transaction:
        # A password that was changed meanwhile ended all sessions; none may begin with the old one after that.
        if await transaction.fetch_value("lock_password", who, kept) is None:
            raise SignInRefused
        if newer != kept:
            await transaction.execute("save_sign_in", _HERE, who, who, newer, [], now)
        await forgive(transaction, attempt, now)
        return await open_session(transaction, who, _HERE, now)


async def _record_refusal(database: Database, name: str, now: datetime) -> None:
    """Record that somebody was refused.

    What was typed for nobody may be a password, and is not kept; it is recorded all the same, because an answer that
    came sooner would tell that nobody has this name.
    """
    async with database.transaction() as transaction:
        known = await transaction.fetch_row("show_person", name)
        body, about = ({"person": name}, f"person:{name}") if known else ({"person": ""}, "")
        await append(transaction, Entry(kind=EntryKind.SESSION_REFUSED, body=body, about=about, at=now))


async def set_password(database: Database, who: str, password: str, by: str, now: datetime) -> None:
    """Give a person a password: a person their own, an administrator anybody's. All their sessions end.

    Raises:
        NotAllowed: Somebody else may not, or the person is not here.
        InputInvalid: The password is too short, too long or easy to guess.
    """
    kept = await passwords.hash_password(password, who)
    async with database.transaction() as transaction:
        await check_may_change(transaction, who, by)
        await transaction.execute("save_sign_in", _HERE, who, who, kept, [], now)
        await end_sessions(transaction, who)
        entry = Entry(kind=EntryKind.PASSWORD_SET, body={"person": who, "by": by}, about=f"person:{who}", at=now)
        await append(transaction, entry)
        await tell(transaction, entry, f"your password was set by `{by}`", now)


async def change_password(
    database: Database, who: str, passwords_given: tuple[str, str], address: str, now: datetime
) -> None:
    """Change an own password, by the one that counts now; without one before, there is none to give. Sessions end.

    Args:
        database: Where it is kept.
        who: Whose it is, and who asks.
        passwords_given: The one that counts now, and the new one.
        address: Where the request comes from.
        now: The moment.

    Raises:
        NotAllowed: The first is not the one that counts.
        SignInDelayed: There were too many attempts.
        InputInvalid: The new one is too short, too long or easy to guess.
    """
    current, new = passwords_given
    kept: str | None = await database.fetch_value("find_password", who)
    if kept is not None:  # whoever finds a browser open does not get the account with it
        attempt = await take_attempt(database, who, address, now)
        if not await passwords.is_password(kept, current):
            await _record_refusal(database, who, now)
            raise NotAllowed("the password you gave is not the one that counts now. Nothing was changed")
        async with database.transaction() as transaction:
            await forgive(transaction, attempt, now)
    await set_password(database, who, new, who, now)


async def list_sign_ins(database: Database, who: str) -> Sequence[Row]:
    """List how a person can sign in: by a password, whose issuer is empty, or at an identity provider."""
    return await database.fetch("list_sign_ins", who)


async def check_may_change(transaction: Transaction, who: str, by: str) -> Person:
    """Make sure that somebody may change how a person signs in, and give the person.

    Raises:
        NotAllowed: One of the two is not here, or it is somebody else who is no administrator.
    """
    actor, someone = await person(transaction, by), await person(transaction, who)
    someone.check_here()
    actor.check_here() if by == who else actor.check(Permission.PEOPLE_MODIFY)
    return someone


async def tell(transaction: Transaction, entry: Entry, title: str, now: datetime) -> None:
    """Tell a person what became of how they sign in, so that they notice what they did not do."""
    body = "If you do not know why, tell an administrator at once."
    key, recipient = f"{entry.kind}:{entry.id}", entry.body["person"]
    await notify(
        transaction, Notice(key=key, kind=entry.kind.value, recipient=recipient, title=title, body=body), now=now
    )


async def check_house_token(database: Database, who: str) -> None:
    """Make sure that the token of the house may act for a person.

    Raises:
        NotAllowed: The person has a sign-in of their own.
    """
    if await database.fetch_value("has_sign_in", who):
        raise NotAllowed(
            f"`{who}` has a sign-in of their own, so the token of the house does not act for them. "
            "Sign in, or take a personal token: `remit person token`"
        )
