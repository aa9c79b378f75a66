"""The session of a browser: its cookie, and what shows that a page of this house sent a request and no other site.

A cookie goes along with whatever site makes the browser ask. So a request that changes something is taken only with
the session's own CSRF token, and from a page of this house.
"""

import hmac
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from remit.errors import NotAllowed
from remit.governance.sessions import LONGEST, Session, find_session
from remit.runtime.house import House

CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf_token"
"""the field of a form, where a page cannot send the header"""

_SESSION: Final = "remit_session"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS: Final = frozenset({"same-origin", "none"})  # what a browser says of a request that no other site made
_FORM: Final = "application/x-www-form-urlencoded"


async def session_of(request: Request, house: House, *, is_safe: bool = False) -> Session | None:
    """Find the session of the browser that asks.

    Args:
        request: What was asked.
        house: The house.
        is_safe: Whether it is known to change nothing, whatever its method says.

    Raises:
        NotAllowed: The request changes something, and nothing shows that a page of this house sent it.
    """
    said = session_id(request)
    session = await find_session(house.database, said, house.clock.now()) if said else None
    if session and not is_safe and request.method not in _SAFE:
        check_origin(request)
        await _check_csrf(request, session)
    return session


def session_id(request: Request) -> str:
    """Give the session id the browser holds, whether it counts or not."""
    return request.cookies.get(cookie_name(request, _SESSION), "")


def check_origin(request: Request) -> None:
    """Make sure that no other site made the browser ask.

    Raises:
        NotAllowed: One did.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    public_url: str = request.app.state.ways.public_url
    ours = {request.headers["host"].lower(), urlsplit(public_url).netloc.lower()} - {""}
    if site not in _OURS or (origin is not None and urlsplit(origin).netloc.lower() not in ours):
        raise NotAllowed("a page of another site asked for this. Open Remit itself")


def keep_session(request: Request, response: Response, session: Session) -> None:
    """Have the browser hold the session."""
    keep_cookie(request, response, _SESSION, session.id, LONGEST)


def forget_session(request: Request, response: Response) -> None:
    """Have the browser hold it no more."""
    keep_cookie(request, response, _SESSION, "", timedelta())


def keep_cookie(request: Request, response: Response, name: str, value: str, lasts: timedelta) -> None:
    """Have the browser hold a value that no script of a page can read and no other site's page sends along."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=int(lasts.total_seconds()),
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def cookie_name(request: Request, name: str) -> str:
    """Name a cookie; with https so that no other host name of the domain can set it."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or request.app.state.ways.public_url.startswith("https://")


async def _check_csrf(request: Request, session: Session) -> None:
    said = request.headers.get(CSRF_HEADER) or await _form_field(request)
    if not hmac.compare_digest(said.encode("utf-8", "replace"), session.csrf_token.encode()):
        raise NotAllowed(f"the header `{CSRF_HEADER}` is missing or wrong. `GET /v1/me` tells this session's token")


async def _form_field(request: Request) -> str:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return ""
    said = (await request.form()).get(CSRF_FIELD, "")  # a form that was read already is not read again
    return said if isinstance(said, str) else ""
