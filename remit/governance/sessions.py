"""Sessions of people in a browser: a random id the browser holds, of which the house keeps the hash.

    begun ──▶ goes on, while it is used ──▶ over: signed out, idle, at its end, or the person has left

Whether the person is here is asked in the same statement that finds the session: whoever leaves is out at the next
request.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

IDLE: Final = timedelta(hours=2)
"""a session that nobody uses for so long is over"""
LONGEST: Final = timedelta(hours=12)
"""a session is over then, however much it is used"""

_NOTED_EVERY: Final = timedelta(minutes=1)  # so that reading a page is no write


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

    id: str
    """what the browser holds"""
    person: str
    issuer: str
    """which identity provider said so; empty for a password"""

    @property
    def csrf_token(self) -> str:
        """What a page of this session sends with everything it changes; no other site can know it."""
        return hmac.new(self.id.encode(), b"csrf", hashlib.sha256).hexdigest()


async def open_session(transaction: Transaction, person: str, issuer: str, now: datetime) -> Session:
    """Begin a session for somebody who has proven who they are; its id is new."""
    session = Session(id=secrets.token_urlsafe(32), person=person, issuer=issuer)
    await transaction.execute("forget_old_sessions", now)
    await transaction.execute("insert_session", digest(session.id), person, issuer, now, now + LONGEST)
    body = {"person": person, "issuer": issuer}
    await append(transaction, Entry(kind=EntryKind.SESSION_OPENED, body=body, about=f"person:{person}", at=now))
    return session


async def find_session(database: Database, session_id: str, now: datetime) -> Session | None:
    """Find the session a browser speaks of, if it goes on and its person is here."""
    row = await database.fetch_row("find_session", digest(session_id), now, now - IDLE)
    if row is None:
        return None
    if row["seen_at"] <= now - _NOTED_EVERY:
        await database.execute("touch_session", digest(session_id), now)
    return Session(id=session_id, person=row["person"], issuer=row["issuer"])


async def end_session(database: Database, session_id: str) -> None:
    """Sign out, if there was a session of that id."""
    await database.execute("end_session", digest(session_id))


async def end_sessions(source: Database | Transaction, person: str) -> None:
    """Sign somebody out everywhere."""
    await source.execute("end_sessions", person)


async def list_sessions(database: Database, person: str, now: datetime, *, this: str = "") -> Sequence[Row]:
    """List the sessions of a person that go on, and which is the one whose id is given."""
    return await database.fetch("list_sessions", person, now, now - IDLE, digest(this))


def digest(secret: str) -> bytes:
    """Give what is kept of a random secret; it is long enough that a plain hash cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
