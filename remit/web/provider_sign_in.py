"""`/v1/sign-in/oidc`: a browser goes to the identity provider, and comes back once.

The state is bound to the browser by a cookie, so that nobody can have another person's browser come back with a code
of their own.
"""

import secrets
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from remit.errors import NotFound, SignInRefused
from remit.governance.linking import welcome
from remit.governance.sessions import digest, end_session
from remit.web.asked import AskedHouse
from remit.web.browser import cookie_name, keep_cookie, keep_session, session_id
from remit.web.oidc import Provider, Visit
from remit.web.paths import path_of_ours

router = APIRouter(prefix="/v1/sign-in/oidc", tags=["people"], include_in_schema=False)

_COOKIE: Final = "remit_visit"
_PATIENCE: Final = timedelta(minutes=10)
_SEE_OTHER: Final = 303

Given = Annotated[str, Query(max_length=4000)]


@router.get("")
async def begin(
    request: Request, house: AskedHouse, next_: Annotated[Given, Query(alias="next")] = "/"
) -> RedirectResponse:
    """Send the browser to the identity provider; afterwards it goes to the path `next`."""
    visit = Visit(state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48))
    address = await _provider(request).address(visit)
    browser = request.cookies.get(cookie_name(request, _COOKIE)) or secrets.token_urlsafe(32)
    now = house.clock.now()
    await house.database.execute("forget_old_visits", now)
    values = (digest(visit.state), digest(browser), visit.nonce, visit.verifier, path_of_ours(next_), now + _PATIENCE)
    await house.database.execute("insert_visit", *values)
    response = RedirectResponse(address, _SEE_OTHER)
    keep_cookie(request, response, _COOKIE, browser, _PATIENCE)
    return response


@router.get("/callback")
async def come_back(
    request: Request, house: AskedHouse, state: Given = "", code: Given = "", error: Given = ""
) -> RedirectResponse:
    """Begin a session for whoever the identity provider says came back."""
    provider, now = _provider(request), house.clock.now()
    browser = request.cookies.get(cookie_name(request, _COOKIE), "")
    row = await house.database.fetch_row("take_visit", digest(state), digest(browser))
    if row is None or row["expires_at"] <= now:
        raise SignInRefused("this browser did not begin this, took too long, or came back already. Begin again")
    if error or not code:
        raise SignInRefused("the identity provider did not sign you in. Begin again")
    known = await provider.know(code, Visit(state=state, nonce=row["nonce"], verifier=row["verifier"]), now)
    session = await welcome(house.database, known, request.app.state.ways.groups, now)
    await end_session(house.database, session_id(request))
    response = RedirectResponse(row["next"], _SEE_OTHER)
    keep_session(request, response, session)
    return response


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.ways.provider
    if provider is None:
        raise NotFound("no identity provider is set. `REMIT_OIDC_ISSUER` says which")
    return provider
