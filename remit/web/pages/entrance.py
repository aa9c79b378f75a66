"""`/sign-in` and `/sign-out`: how a person comes in and goes."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from remit.errors import RemitError
from remit.governance.accounts import sign_in
from remit.governance.sessions import Session, end_session
from remit.governance.sign_in_links import find_link, take_link
from remit.web.asked import AskedHouse
from remit.web.browser import check_origin, forget_session, keep_session, session_id
from remit.web.pages.errors import sentence
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor
from remit.web.paths import path_of_ours

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=4000)]
Given = Annotated[str, Query(max_length=4000)]


@router.get("/sign-in")
async def show(request: Request, house: AskedHouse, code: Given = "", next: Given = "/") -> Response:  # noqa: A002
    """Show the ways in; with the code of a link, whom it signs in."""
    found = await find_link(house.database, code, house.clock.now()) if code else None
    problem = "" if found or not code else "This link was used already, or is over. Ask for another."
    return _form(request, problem=problem, invited=found["name"] if found else "", code=code, next_=next)


@router.post("/sign-in")
async def with_password(
    request: Request,
    house: AskedHouse,
    person: Typed = "",
    password: Typed = "",
    next: Typed = "/",  # noqa: A002
) -> Response:
    """Sign in with a password."""
    check_origin(request)
    address = request.client.host if request.client else ""
    try:
        session = await sign_in(house.database, (person, password), address, house.clock.now())
    except RemitError as error:
        return _form(request, problem=sentence(str(error)), status=error.status, next_=next, person=person)
    return await _let_in(request, house, session, next)


@router.post("/sign-in/link")
async def with_link(request: Request, house: AskedHouse, code: Typed = "", next: Typed = "/") -> Response:  # noqa: A002
    """Sign in with a link that was made on the machine of the house."""
    check_origin(request)
    try:
        session = await take_link(house.database, code, house.clock.now())
    except RemitError as error:
        return _form(request, problem=sentence(str(error)), status=error.status, next_=next)
    return await _let_in(request, house, session, next)


@router.post("/sign-out")
async def sign_out(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """End the session of this browser; at the identity provider a person signs out by a link of its own."""
    provider = request.app.state.ways.provider
    is_theirs = provider and visitor.session.issuer == provider.issuer
    farewell = await provider.farewell() if is_theirs else ""
    await end_session(house.database, session_id(request))
    response = page(request, None, "signed_out.html", {"farewell": farewell})
    forget_session(request, response)
    return response


async def _let_in(request: Request, house: AskedHouse, session: Session, path: str) -> Response:
    await end_session(house.database, session_id(request))
    response = see_other(path_of_ours(path))
    keep_session(request, response, session)
    return response


def _form(  # what the form may hold again
    request: Request, *, problem: str, next_: str, status: int = 200, person: str = "", **more: str
) -> Response:
    shown: dict[str, object] = {"invited": "", "code": "", "problem": problem, "person": person, **more}
    shown |= {"next": path_of_ours(next_), "provider": request.app.state.ways.provider}
    return page(request, None, "sign_in.html", shown, http_status=status)
