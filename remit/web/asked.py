"""What every request is asked for: the house behind it, the person it acts for, and values within their bounds."""

import hmac
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, AwareDatetime

from remit.errors import NotAllowed, SettingsInvalid
from remit.governance.accounts import check_house_token
from remit.governance.personal_tokens import person_of_token
from remit.governance.sessions import Session
from remit.runtime.house import House
from remit.web.browser import session_of

TOKEN_FILE = "api.token"  # noqa: S105  # the file's name, not a token

_LATEST = 2**63 - 1  # what a bigint holds

_bearer = HTTPBearer(auto_error=False, description="a personal token, or the one in `api.token` of the data directory")


def load_token(data_directory: Path) -> str:
    """Read the token of this house's API, making it the first time; only the owner of the process can read it.

    Raises:
        SettingsInvalid: The file cannot be read, or is empty.
    """
    path = data_directory / TOKEN_FILE
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsInvalid(f"`{path}` cannot be written: {error.strerror}") from None
    token = path.read_text("utf-8", "replace").strip()
    if not token:
        raise SettingsInvalid(f"`{path}` is empty. Remove it: a new token is made at the next start")
    return token


def _house(request: Request) -> House:
    return request.app.state.house


async def _session(
    request: Request,
    house: Annotated[House, Depends(_house)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Session | None:
    """Find the session a browser speaks of; a request that bears a token speaks of none."""
    return None if given else await session_of(request, house)


async def _person(
    request: Request,
    house: Annotated[House, Depends(_house)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    session: Annotated[Session | None, Depends(_session)],
    remit_person: Annotated[str, Header(max_length=200, description="the id of the person the request acts for")] = "",
) -> str:
    """Tell for whom the request acts; without a session or a token it is refused."""
    if given and _is_token(given.credentials, request.app.state.token):
        person: str = remit_person or request.app.state.person
        await check_house_token(house.database, person)
        return person
    own = session.person if session else None
    if given:
        own = await person_of_token(house.database, given.credentials, house.clock.now())
    if own is None:
        raise HTTPException(401, "the token or the session is missing or wrong", {"WWW-Authenticate": "Bearer"})
    if remit_person not in {"", own}:
        raise NotAllowed(f"this session or token acts for `{own}` and for nobody else. Leave `Remit-Person` out")
    return own


def _is_token(said: str, token: str) -> bool:
    return hmac.compare_digest(said.encode("utf-8", "replace"), token.encode())


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this moment is too far away") from None


AskedHouse = Annotated[House, Depends(_house)]
"""The house behind the request."""

AskedPerson = Annotated[str, Depends(_person)]
"""The id of the person the request acts for; refuses a request without a session or a token."""

AskedSession = Annotated[Session | None, Depends(_session)]
"""The session of the browser the request came from, if it came from one."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its time zone, given in UTC."""

Limit = Annotated[int, Query(ge=1, le=500, description="how many at most")]
"""How many to list."""

Word = Annotated[str, Query(max_length=500)]
"""A text to look for; an empty one takes any."""

Serial = Annotated[int | None, Query(ge=0, le=_LATEST, description="the `serial` of the last entry of the page before")]
"""Where the next page of entries begins."""
