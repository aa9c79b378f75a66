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

from remit.errors import SettingsInvalid
from remit.runtime.house import House

TOKEN_FILE = "api.token"  # noqa: S105  # the file's name, not a token

_LATEST = 2**63 - 1  # what a bigint holds

_bearer = HTTPBearer(auto_error=False, description="the token in the file `api.token` of the data directory")


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


def _person(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    remit_person: Annotated[str, Header(max_length=200, description="the id of the person the request acts for")] = "",
) -> str:
    """Tell for whom the request acts; without the right token it is refused."""
    said = given.credentials if given else ""
    if not hmac.compare_digest(said.encode("utf-8", "replace"), request.app.state.token.encode()):
        raise HTTPException(401, "the token is missing or wrong", {"WWW-Authenticate": "Bearer"})
    return remit_person or request.app.state.person


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this moment is too far away") from None


AskedHouse = Annotated[House, Depends(_house)]
"""The house behind the request."""

AskedPerson = Annotated[str, Depends(_person)]
"""The id of the person the request acts for; refuses a request without the token."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its time zone, given in UTC."""

Limit = Annotated[int, Query(ge=1, le=500, description="how many at most")]
"""How many to list."""

Word = Annotated[str, Query(max_length=500)]
"""A text to look for; an empty one takes any."""

Serial = Annotated[int | None, Query(ge=0, le=_LATEST, description="the `serial` of the last entry of the page before")]
"""Where the next page of entries begins."""
