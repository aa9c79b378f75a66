"""Links that sign somebody in once: how the first person comes in, before anybody has a password.

Who can make one reads the data directory, and could use the token of the house as well; so a link is made only for
somebody who has no sign-in of their own.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from remit.errors import SignInRefused
from remit.governance.accounts import check_house_token
from remit.governance.roles import person
from remit.governance.sessions import Session, digest, open_session
from remit.store.database import Database, Row

LASTS: Final = timedelta(minutes=30)


async def make_link(database: Database, who: str, now: datetime) -> str:
    """Make a code that signs a person in once, within half an hour.

    Raises:
        NotAllowed: Nobody has that id, they have left, or they have a sign-in of their own.
    """
    (await person(database, who)).check_here()
    await check_house_token(database, who)
    code = secrets.token_urlsafe(24)
    await database.execute("insert_sign_in_link", digest(code), who, now, now + LASTS)
    return code


async def find_link(database: Database, code: str, now: datetime) -> Row | None:
    """Find whom a code would sign in."""
    return await database.fetch_row("find_sign_in_link", digest(code), now)


async def take_link(database: Database, code: str, now: datetime) -> Session:
    """Sign in with a code.

    Raises:
        SignInRefused: It was used, is over, or was never made.
        NotAllowed: The person has a sign-in of their own by now.
    """
    async with database.transaction() as transaction:
        who = await transaction.fetch_value("take_sign_in_link", digest(code), now)
        if who is None:
            raise SignInRefused("this link was used already, or is over. `remit person link` makes another")
        await check_house_token(database, who)
        return await open_session(transaction, who, "", now)
