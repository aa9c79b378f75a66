"""Who asks: the house behind the request, and the person it acts for."""

import hmac
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Header, Request

from remit.errors import NotAllowed
from remit.runtime.house import House

TOKEN_FILE = "api.token"  # noqa: S105  # the file's name, not a token


def load_token(data_directory: Path) -> str:
    """Read the token of this house's API, making it the first time; only the owner of the process can read it."""
    path = data_directory / TOKEN_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        token = secrets.token_urlsafe(32)
        file.write(token)
    return token


def _house(request: Request) -> House:
    return request.app.state.house


def _person(
    request: Request, authorization: Annotated[str, Header()] = "", remit_person: Annotated[str, Header()] = ""
) -> str:
    """Tell for whom the request acts.

    Raises:
        NotAllowed: The token is missing or wrong.
    """
    expected = f"Bearer {request.app.state.token}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise NotAllowed(f"this needs the header `Authorization: Bearer` with the token in the file `{TOKEN_FILE}`")
    return remit_person or request.app.state.person


AskedHouse = Annotated[House, Depends(_house)]
"""The house behind the request."""

AskedPerson = Annotated[str, Depends(_person)]
"""The id of the person the request acts for; refuses a request without the token."""
