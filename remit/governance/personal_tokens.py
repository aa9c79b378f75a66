"""Personal tokens: what a person's scripts act with. Each is shown once and kept as a hash; it ends by itself."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from remit import clock
from remit.errors import InputInvalid, NotFound
from remit.governance.accounts import check_may_change, tell
from remit.governance.sessions import digest
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row

LONGEST_DAYS: Final = 366
_PREFIX: Final = "remit_"  # so that one that was published by mistake is recognised


async def mint_token(database: Database, who: str, days: int, by: str, now: datetime) -> str:
    """Make a token that acts for a person: a person's own, or an administrator anybody's.

    Raises:
        NotAllowed: Somebody else may not, or the person is not here.
        InputInvalid: It would count too long, or not at all.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise InputInvalid(f"a token counts for 1 to {LONGEST_DAYS} days, not {days}. Make a new one then")
    token, identity, until = _PREFIX + secrets.token_urlsafe(32), clock.new_id(), now + timedelta(days=days)
    async with database.transaction() as transaction:
        await check_may_change(transaction, who, by)
        await transaction.execute("insert_personal_token", identity, digest(token), who, now, until)
        body = {"token": str(identity), "person": who, "by": by, "until": until.isoformat()}
        entry = Entry(kind=EntryKind.TOKEN_MINTED, body=body, about=f"person:{who}", at=now)
        await append(transaction, entry)
        await tell(transaction, entry, f"a token that acts for you was made by `{by}`", now)
    return token


async def person_of_token(database: Database, token: str, now: datetime) -> str | None:
    """Tell for whom a token acts, if it counts and that person is here."""
    return await database.fetch_value("find_token_person", digest(token), now)


async def list_tokens(database: Database, who: str, now: datetime) -> Sequence[Row]:
    """List a person's tokens that count, without what the script holds."""
    return await database.fetch("list_personal_tokens", who, now)


async def revoke_token(database: Database, who: str, token: UUID, by: str, now: datetime) -> None:
    """Let a token count no more, from the next request on.

    Raises:
        NotAllowed: Somebody else may not.
        NotFound: The person has no such token.
    """
    async with database.transaction() as transaction:
        await check_may_change(transaction, who, by)
        if await transaction.fetch_value("revoke_personal_token", token, who, now) is None:
            raise NotFound(f"`{who}` has no token `{token}`. `remit person tokens` lists those there are")
        body = {"token": str(token), "person": who, "by": by}
        await append(transaction, Entry(kind=EntryKind.TOKEN_REVOKED, body=body, about=f"person:{who}", at=now))
