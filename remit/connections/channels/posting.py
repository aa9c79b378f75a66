"""Posts to an address on the web, and tells in the house's words what came of it."""

import logging
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

from remit.errors import OutcomeUnknown, SystemBusy, SystemRefused

_PATIENCE: Final = 10.0  # seconds
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_LATER: Final = {408, 425, 429}

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address, which can be a secret
logging.getLogger("httpcore").setLevel(logging.INFO)  # it would log the headers of answers


def is_safe(url: str) -> bool:
    """Whether nobody on the way can read or change what is posted there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))


def open_client() -> httpx.AsyncClient:
    """Open a client that follows nobody elsewhere, and takes no proxy from the environment."""
    return httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False)


async def post(client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Post JSON. What is said of a failure never holds the address: it can be a secret.

    Raises:
        SystemRefused: It was not taken, and will not be.
        SystemBusy: It was not taken now.
        OutcomeUnknown: The answer did not come.
    """
    try:
        answer = await client.post(url, content=body, headers={"Content-Type": "application/json", **headers})
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise SystemBusy(f"it cannot be reached ({type(error).__name__})") from None
    except httpx.HTTPError as error:
        raise OutcomeUnknown(f"no answer came ({type(error).__name__})") from None
    if answer.is_success:
        return
    if answer.is_server_error or answer.status_code in _LATER:
        raise SystemBusy(f"it answered {answer.status_code}")
    raise SystemRefused(f"it answered {answer.status_code}")
