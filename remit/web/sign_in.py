"""`/v1/sign-in`, `/v1/sign-out` and `/v1/me`: who a browser or a script acts for."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.accounts import sign_in
from remit.governance.roles import person as person_called
from remit.governance.sessions import Session, end_session, end_sessions
from remit.runtime.house import House
from remit.web.asked import AskedHouse, AskedPerson, AskedSession
from remit.web.browser import check_origin, forget_session, keep_session, session_id
from remit.web.oidc import Provider

router = APIRouter(prefix="/v1", tags=["people"])


class SignIn(BaseModel):
    """What a person types."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(min_length=1, max_length=200, description="the person's id")
    password: str = Field(min_length=1, max_length=1000)


class Me(BaseModel):
    """Who the request acts for."""

    person: str
    name: str
    roles: list[str]
    way: Literal["session", "token"] = Field(description="what the request was taken for theirs by")
    csrf_token: str = Field(description="of the session: to be sent as `X-CSRF-Token` with whatever changes something")


class SignedOut(BaseModel):
    """That the session is over."""

    next: str = Field(description="where the identity provider ends its own session; empty when there is none")


@router.post("/sign-in", summary="Sign in with a password")
async def sign_in_here(body: SignIn, request: Request, response: Response, house: AskedHouse) -> Me:
    """Begin a session: the answer sets its cookie. A session the browser had before ends."""
    check_origin(request)
    address = request.client.host if request.client else ""
    session = await sign_in(house.database, (body.person, body.password), address, house.clock.now())
    await end_session(house.database, session_id(request))
    keep_session(request, response, session)
    return await _show(house, session.person, session)


@router.post("/sign-out", summary="Sign out")
async def sign_out(
    request: Request, response: Response, house: AskedHouse, _: AskedPerson, session: AskedSession
) -> SignedOut:
    """End the session of this browser."""
    await end_session(house.database, session_id(request))
    forget_session(request, response)
    return SignedOut(next=await _farewell(request, session))


@router.post("/sign-out/everywhere", summary="Sign out everywhere")
async def sign_out_everywhere(
    request: Request, response: Response, house: AskedHouse, person: AskedPerson, session: AskedSession
) -> SignedOut:
    """End every session of the person who asks; personal tokens go on until they are revoked."""
    await end_sessions(house.database, person)
    forget_session(request, response)
    return SignedOut(next=await _farewell(request, session))


@router.get("/me", summary="Who you are here")
async def me(house: AskedHouse, person: AskedPerson, session: AskedSession) -> Me:
    """Show for whom the request acts, and the CSRF token of the session."""
    return await _show(house, person, session)


async def _show(house: House, person: str, session: Session | None) -> Me:
    someone = await person_called(house.database, person)
    way, token = ("session", session.csrf_token) if session else ("token", "")
    return Me(person=person, name=someone.name, roles=list(someone.roles), way=way, csrf_token=token)


async def _farewell(request: Request, session: Session | None) -> str:
    """Tell where the identity provider signs out whoever it signed in."""
    provider: Provider | None = request.app.state.ways.provider
    return await provider.farewell() if provider and session and session.issuer == provider.issuer else ""
