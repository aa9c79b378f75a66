"""Who looks at a page, and what every page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request

from remit.errors import RemitError
from remit.governance.halts import list_halts
from remit.governance.notices_seen import find_seen
from remit.governance.reviews import count_waiting
from remit.governance.roles import Person, person
from remit.governance.sessions import Session
from remit.runtime.house import House
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.browser import session_of
from remit.web.pages.formats import Formats, choose_locale, choose_zone
from remit.web.pages.preferences import Preferences, find_preferences

ZONE_COOKIE: Final = "remit_zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody signed in, who looks at a page."""

    person: Person
    session: Session
    preferences: Preferences
    formats: Formats
    halts: Sequence[Row]
    """in force"""
    waiting: int
    """reviews they can answer, counted to a hundred"""
    told: Row
    """up to when they looked at their notices, as `until`, and how many are `new`, counted to a hundred"""
    since: int
    """the place of the ledger the page was made at, from which on its news come"""


async def visitor_of(request: Request, house: House, *, changes_nothing: bool = False) -> Visitor:
    """Tell who looks.

    Args:
        request: What was asked.
        house: The house.
        changes_nothing: Whether only a page is shown, so that nothing has to prove where the request comes from.

    Raises:
        HTTPException: Nobody is signed in.
        NotAllowed: The request changes something, and nothing shows that a page of this house sent it.
    """
    session = await session_of(request, house, is_safe=changes_nothing)
    if session is None:
        raise HTTPException(401, "nobody is signed in")
    now = house.clock.now()
    since = await house.database.fetch_value("find_next_index")  # first: what comes while the page is made is news
    liked = await find_preferences(house.database, session.person)
    formats = Formats(
        locale=choose_locale(liked.locale, request.headers.get("accept-language", "")),
        zone=choose_zone(liked.time_zone, request.cookies.get(ZONE_COOKIE, "")),
        now=now,
    )
    who = await person(house.database, session.person)
    return Visitor(
        person=who,
        session=session,
        preferences=liked,
        formats=formats,
        halts=await list_halts(house.database),
        waiting=await count_waiting(house.database, session.person, now),
        told=await find_seen(house.database, who),
        since=since,
    )


async def visitor_or_nobody(request: Request) -> Visitor | None:
    """Tell who looks at a page that is shown to anybody; None when nobody is signed in."""
    try:
        return await visitor_of(request, request.app.state.house, changes_nothing=True)
    except (RemitError, HTTPException):
        return None


async def _visitor(request: Request, house: AskedHouse) -> Visitor:
    return await visitor_of(request, house)


AskedVisitor = Annotated[Visitor, Depends(_visitor)]
"""Who looks; without a session the answer leads to the sign-in page."""
